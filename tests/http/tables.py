"""The tables that the program prints, as rows of the cells' texts."""


def table(service, command):
    done = service.cli(command)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    lines = [line for line in done.stdout.decode().splitlines() if line.startswith("|")]
    names, *rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(names, row)) for row in rows[1:]]  # the second line is the ruler


def permitted(service):
    """permission -> the roles that have it; None: everybody, without a token."""
    return {row["permission"]: None if row["roles"] == "everybody" else set(row["roles"].split(", "))
            for row in table(service, "permissions")}


def disclosed(service):
    """(fact, viewer) -> shown"""
    return {(row["fact"], row["viewer"]): row["shown"] == "t" for row in table(service, "disclosures")}
