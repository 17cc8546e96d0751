#!/usr/bin/env python3
"""TAP: `make run` and `make demo` as a person uses them: first start, the demo twice, README's
journey, Ctrl-C, a second start, kill -9 of everything, a third start."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, '..', '..')
READY, STOPPED = 'Jamund is ready', 'Stopped.'

count = failed = 0


def point(good, name, note=''):
    global count, failed
    count += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {count} - {name}', flush=True)
    if not good:
        print('\n'.join(f'# {line}' for line in str(note).splitlines()[-40:]), flush=True)


def own_ports(n):
    """Ports that stay ours from one start to the next: nobody else is given one that is bound. Who listens takes it over."""
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(('127.0.0.1', 0))
    return sockets, [s.getsockname()[1] for s in sockets]


class Run:
    """One `make run` with the terminal's manners: a process group of its own that Ctrl-C goes to."""

    def __init__(self, env):
        self.process = subprocess.Popen(['tests/lib/run.sh'], cwd=TOP, env=env, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, preexec_fn=foreground)
        self.said = ''

    def until(self, words):
        """Reads until a line holds these words; False when it ended before."""
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return True
        return False

    def ready(self):
        if not self.until(READY):
            return False
        return self.until('make demo')

    def ctrl_c(self):
        os.killpg(self.process.pid, signal.SIGINT)
        self.said += self.process.stdout.read()
        return self.process.wait()


def foreground():
    os.setsid()
    for s in (signal.SIGINT, signal.SIGHUP): # a test's runner may ignore them
        signal.signal(s, signal.SIG_DFL)


def processes(state):
    """Those that live on this state: named in the command line or the environment."""
    found = {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/cmdline', 'rb') as f:
                command = f.read()
            with open(f'/proc/{pid}/environ', 'rb') as f:
                about = command + f.read()
        except OSError:
            continue
        if state.encode() in about and int(pid) != os.getpid():
            found[int(pid)] = command.replace(b'\0', b' ').decode()
    return found


def journey(state, url):
    """README's blocks, as one script."""
    with open(os.path.join(TOP, 'README.md'), encoding='utf-8') as f:
        part = re.search(r'<!-- journey -->(.*)<!-- /journey -->', f.read(), re.S).group(1)
    script = '\n'.join(re.findall(r'```sh\n(.*?)```', part, re.S))
    return (script.replace('http://127.0.0.1:8080', url).replace('run/', f'{state}/')
            .replace('build/release:', f'{os.path.dirname(os.environ["JAMUND"])}:').replace('$PWD//', '/'))


def play(env, *command):
    r = subprocess.run(command, cwd=TOP, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       stdin=subprocess.DEVNULL)
    return r.returncode, r.stdout


def main():
    # pg.sh wants its folders where the server's user can go
    state = tempfile.mkdtemp(prefix='jamund-demo.', dir='/tmp')
    os.chmod(state, 0o711)
    held, (port, admin) = own_ports(2)
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(('PG', 'JAMUND_')) and k != 'TEST_CLUSTER'}
    shown = env | {'JAMUND_STATE': state}
    bound = shown | {'JAMUND_LISTEN': f'127.0.0.1:{port}', 'JAMUND_ADMIN_LISTEN': f'127.0.0.1:{admin}'}
    try:
        tests(state, env, shown, bound, f'http://127.0.0.1:{port}')
    finally:
        for pid in processes(state):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(state, ignore_errors=True)
        for s in held:
            s.close()
    print(f'1..{count}')
    return failed > 0


def tests(state, env, shown, bound, url):
    rc, said = play(shown, 'tests/lib/demo.sh')
    point(rc == 1 and 'make run' in said, 'without a service the demo says what to start', said)

    run = Run(bound)
    if not run.ready():
        point(False, 'the first start becomes ready', run.said)
        return
    point('Loading the sample data' in run.said, 'the first start loads the sample data and becomes ready', run.said)
    point(os.stat(f'{state}/secret.key').st_mode & 0o777 == 0o600, 'the key is for its user alone')
    point(os.stat(f'{state}/token').st_mode & 0o777 == 0o600, 'so is the token')
    with open(f'{state}/token', encoding='ascii') as f:
        token = f.read().strip()
    commands = re.findall(r'^  (curl .*)$', run.said, re.M)
    point(token in run.said and url in run.said and len(commands) == 2, 'it prints the address, the token, what to type')
    for command in commands:
        rc, said = play(env | {'TOKEN': token}, 'bash', '-o', 'pipefail', '-c', command)
        point(rc == 0 and '"id"' in said, 'what it says to type answers', f'{command}\n{said}')
    rc, said = play(bound, 'tests/lib/run.sh')
    point(rc == 1 and 'runs already' in said, 'a second one on the same data is refused', said)

    for time in 'once', 'again':
        rc, said = play(shown, 'tests/lib/demo.sh')
        wanted = ['likely-duplicate', '수락하신 자문 일정입니다', 'METHOD:REQUEST', '304 Not Modified', 'wrong-state',
                  '사양하신 자문 요청입니다', '"kind": "countered"', '"state": "cancelled"', '"answered_via": "link"', 'Check code',
                  '"overridden"', '"completed"', '{"mode":"phone","urgency":"normal","state":"scheduled"}',
                  '{"mode":"visit","urgency":"normal","state":"scheduled"}',
                  '{"mode":"phone","urgency":"urgent","state":"done"}', '{"state":"ready","requests":', '"state": "superseded"']
        missing = [x for x in wanted if x not in said]
        point(rc == 0 and not missing, f'the demo plays {time}', f'{said}\nmissing: {missing}')
    rc, said = play(env, 'bash', '-euo', 'pipefail', '-c', journey(state, url))
    point(rc == 0 and '"wrong-state"' in said and '304 Not Modified' in said and said.count('"kind":"invite"') == 3 and
          '"funnel"' in said and '"state":"ready"' in said, 'README\'s journey does what it says', said)

    rc = run.ctrl_c()
    point(rc == 0 and STOPPED in run.said, 'Ctrl-C stops it', f'{rc}\n{run.said}')
    point('calls_cut=0' in run.said, 'and lets calls under way end', run.said)
    point(not processes(state), 'no process stays', processes(state))

    run = Run(bound)
    ready = run.ready()
    point(ready and 'Loading' not in run.said and token in run.said, 'the second start has the data and the token', run.said)
    for pid in processes(state):
        with contextlib.suppress(ProcessLookupError): # it may end of itself when another one does
            os.kill(pid, signal.SIGKILL)
    run.process.wait()
    run = Run(bound)
    ready = run.ready()
    point(ready and 'Loading' not in run.said and token in run.said, 'so has one after kill -9 of everything', run.said)
    rc, said = play(env | {'TOKEN': token}, 'bash', '-o', 'pipefail', '-c', commands[0])
    point(rc == 0 and '"id"' in said, 'and it answers', said)
    rc = run.ctrl_c()
    point(rc == 0 and not processes(state), 'and stops', f'{rc} {processes(state)}\n{run.said}')


sys.exit(main())
