#!/usr/bin/env python3
"""README's tables are the program's own: between `<!-- table:NAME -->` and `<!-- /table -->` stands
what the command of TABLES prints. Those of DATABASE need a migrated database (JAMUND_DATABASE).

readme.py --write JAMUND           rewrites README.md
readme.py --compare NAME JAMUND    succeeds when this table stands there as it is printed
"""
import re
import subprocess
import sys

TABLES = {  # marker -> the program's words
    'settings': ['config', '--table'],
    'errors': ['errors'],
    'routes': ['routes'],
    'permissions': ['permissions'],
    'scores': ['scores'],
}
DATABASE = {
    'lifecycles': ['lifecycles'],
    'disclosures': ['disclosures'],
    'audiences': ['audiences'],
}
CROSSED = {'disclosures', 'audiences'}
MARKED = re.compile(r'(<!-- table:(\w+) -->\n)(.*?)(<!-- /table -->)', re.S)


def printed(jamund, name):
    command = (TABLES | DATABASE)[name]
    text = subprocess.run([jamund, *command], check=True, capture_output=True, text=True).stdout
    return crossed(text) if name in CROSSED else text


def crossed(text):
    """what, viewer, yes or no -> a row for each what, a column per viewer."""
    rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in text.splitlines()[2:]]
    viewers, facts = (list(dict.fromkeys(row[i] for row in rows)) for i in (1, 0))
    shown = {(fact, viewer): yes for fact, viewer, yes in rows}
    lines = [[text.split('|')[1].strip(), *viewers], ['---'] * (len(viewers) + 1)]
    lines += [[f'`{fact}`', *('●' if shown[fact, viewer] == 't' else '' for viewer in viewers)] for fact in facts]
    return ''.join(f'| {" | ".join(line)} |\n' for line in lines)


def rewritten(text, tables):
    return MARKED.sub(lambda m: m.group(1) + tables[m.group(2)] + m.group(4), text)


def names(text):
    return [m.group(2) for m in MARKED.finditer(text)]


def main(words):
    with open('README.md', encoding='utf-8') as f:
        old = f.read()
    if words[0] == '--compare' and len(words) == 3:
        now = printed(words[2], words[1])
        return 0 if f'<!-- table:{words[1]} -->\n{now}<!-- /table -->' in old else f'make readme:\n{now}'
    if words[0] == '--write' and len(words) == 2:
        new = rewritten(old, {name: printed(words[1], name) for name in TABLES | DATABASE})
        with open('README.md', 'w', encoding='utf-8') as f:
            f.write(new)
        return 0
    return __doc__


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:] or ['']))
