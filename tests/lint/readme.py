#!/usr/bin/env python3
"""README's tables are the program's own: between `<!-- table:NAME -->` and `<!-- /table -->` stands
what the command of TABLES prints.

readme.py --write JAMUND    rewrites README.md
"""
import re
import subprocess
import sys

TABLES = {  # marker -> the program's words
    'settings': ['config', '--table'],
    'errors': ['errors'],
}
MARKED = re.compile(r'(<!-- table:(\w+) -->\n)(.*?)(<!-- /table -->)', re.S)


def printed(jamund, name):
    return subprocess.run([jamund, *TABLES[name]], check=True, capture_output=True, text=True).stdout


def rewritten(text, tables):
    return MARKED.sub(lambda m: m.group(1) + tables[m.group(2)] + m.group(4), text)


def names(text):
    return [m.group(2) for m in MARKED.finditer(text)]


if __name__ == '__main__':
    if len(sys.argv) != 3 or sys.argv[1] != '--write':
        sys.exit(__doc__)
    with open('README.md', encoding='utf-8') as f:
        old = f.read()
    new = rewritten(old, {name: printed(sys.argv[2], name) for name in TABLES})
    with open('README.md', 'w', encoding='utf-8') as f:
        f.write(new)
