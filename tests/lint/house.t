#!/usr/bin/env python3
"""TAP: each rule of house.py holds, and catches what is planted against it."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
count = failed = 0


def point(good, name, notes=()):
    global count, failed
    count += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {count} - {name}')
    for note in list(notes)[:20]:
        print(f'# {note}')


def tracked():
    names = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], cwd=TOP,
                           check=True, capture_output=True).stdout.decode().split('\0')
    files = {}
    for name in filter(None, names):
        path = os.path.join(TOP, name)
        if os.path.isfile(path):
            with open(path, 'rb') as f:
                raw = f.read()
            try:
                files[name] = raw.decode()
            except UnicodeDecodeError:
                pass  # fixtures in CP949 and the like
    return files


files = tracked()
point(len(house.ours(files)) > 10, f'there is something to look at ({len(files)} files)')
for rule, sentence, plants in house.RULES:
    wrong = list(rule(files))
    point(not wrong, sentence, wrong)
    for number, plant in enumerate(plants, 1):
        point(list(rule(plant)), f'{rule.__name__} catches plant {number}', [repr(plant)[:100]] if not list(rule(plant)) else [])

scripts = [p for p, t in files.items() if t.startswith('#!')]
loose = [p for p in scripts if not os.access(os.path.join(TOP, p), os.X_OK)]
point(not loose, 'scripts may be executed', loose)
shells = [p for p, t in files.items() if p.endswith('.sh') or t.startswith('#!/bin/bash')]
wrong = [p for p in shells if subprocess.run(['bash', '-n', p], cwd=TOP, capture_output=True).returncode]
point(not wrong, 'shell scripts can be read by the shell', wrong)
c = [p for p in files if p.endswith(('.c', '.h')) and '/golden/' not in p]
got = subprocess.run(['clang-format', '--dry-run', '-Werror', *c], cwd=TOP, capture_output=True, text=True)
point(got.returncode == 0, 'C files are as clang-format writes them', got.stderr.split('\n')[:10])
print(f'1..{count}')
sys.exit(failed > 0)
