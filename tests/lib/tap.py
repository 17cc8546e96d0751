"""TAP for the Python tests: points = Tap(); points.ok(truth, name, detail...); exit by points.done()."""
import sys


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, truth, name, *detail):
        self.count += 1
        self.failed += not truth
        print(f"{'ok' if truth else 'not ok'} {self.count} - {name.replace('#', '')}")
        for line in () if truth else [str(x) for d in detail for x in (d if isinstance(d, list) else [d])][:20]:
            print("#", line.encode("unicode_escape").decode())
        return truth

    def done(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed or not self.count else 0)
