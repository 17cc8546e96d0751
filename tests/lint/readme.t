#!/usr/bin/env python3
"""TAP: README.md's tables are what the program prints; its links lead somewhere."""
import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, '..', '..')
sys.path.insert(0, HERE)
import readme

count = failed = 0


def point(good, name, note=''):
    global count, failed
    count += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {count} - {name}')
    if not good and note:
        print(f'# {note}')


with open(os.path.join(TOP, 'README.md'), encoding='utf-8') as f:
    text = f.read()
tables = {name: readme.printed(os.environ['JAMUND'], name) for name in readme.TABLES}
point(sorted(readme.names(text)) == sorted(readme.TABLES | readme.DATABASE), 'each table stands there once', readme.names(text))
for name, table in tables.items():
    point(table in text, f'{name}: as the program prints it', 'make readme')
tables |= {name: next(m.group(3) for m in readme.MARKED.finditer(text) if m.group(2) == name)
           for name in readme.DATABASE} # tests/http/96_readme.t compares these
row = tables['settings'].split('\n')[2]
point(readme.rewritten(text.replace(row, row + 'x'), tables) == text, 'a changed row would be seen and mended')
for path in ['README.md', 'src/README.md', 'tests/README.md', 'migrations/README.md']:
    with open(os.path.join(TOP, path), encoding='utf-8') as f:
        links = re.findall(r'\]\(([^)#:]+)\)', f.read())
    gone = [x for x in links if not os.path.exists(os.path.join(TOP, os.path.dirname(path), x))]
    point(not gone, f'{path}: its links lead to files', ' '.join(gone))
print(f'1..{count}')
sys.exit(failed > 0)
