#!/usr/bin/python3
"""TAP: docker-compose.yml is read by docker-compose, and keeps its promises."""
import os
import subprocess
import sys

import yaml

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
count = failed = 0


def point(good, name, note=''):
    global count, failed
    count += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {count} - {name}')
    if not good:
        print(f'# {note}')


def config(text):
    return subprocess.run(['docker-compose', '-f', '-', 'config'], input=text, capture_output=True, text=True)


with open('docker-compose.yml', encoding='utf-8') as f:
    text = f.read()
got = config(text)
point(got.returncode == 0, 'docker-compose config accepts it', got.stderr)
point(config(text.replace('depends_on', 'depend_on')).returncode != 0, 'and would not accept a misspelt key')
services = yaml.safe_load(got.stdout)['services']
point({'db', 'migrate', 'jamund'} <= set(services), 'PostgreSQL, the migration, the daemon', services.keys())
for name, service in sorted(services.items()):
    point(str(service.get('user', 'root')).split(':')[0] not in ('root', '0'), f'{name} does not run as root')
for name in ('db', 'jamund'):
    point('healthcheck' in services[name], f'{name} has a healthcheck')
ports = [p for s in services.values() for p in s.get('ports', [])]
point(all('127.0.0.1' in str(p) for p in ports) and len(ports) == 1, 'one port, on loopback', ports)

with open('.docker/Dockerfile', encoding='utf-8') as f:
    docker = f.read()
words = [line.split() for line in docker.split('\n') if line and not line[0].isspace()]
last = max(i for i, w in enumerate(words) if w[0] == 'FROM')
point(sum(w[0] == 'FROM' for w in words) == 2, 'built in two stages')
point(any(w[0] == 'USER' and not w[1].startswith('root') for w in words[last:]), 'the image runs as somebody else than root')
point(any(w[0] == 'HEALTHCHECK' for w in words[last:]), 'the image has a healthcheck')
point('build-essential' not in docker.split('FROM')[2], 'no compiler in the image that runs')

roles = open('migrations/roles.sql', encoding='utf-8').read()
init = open('.docker/init.sh', encoding='utf-8').read()
for role in ('jamund_owner', 'jamund'):
    point(f'create role {role} ' in roles and f' {role}\n' in init, f'role {role} is made and mapped')
print(f'1..{count}')
sys.exit(failed > 0)
