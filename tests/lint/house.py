"""The house's own rules as functions: each takes {path: text} and yields "path:line: what is wrong".

RULES lists them with planted violations: files that the rule must complain about. A rule without
a plant that it catches proves nothing.
"""
import re

# ---- reading C ----

BLANK = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code(text):
    """The text with comments, strings and characters blanked, line numbers kept."""
    return BLANK.sub(lambda m: '\n' * m.group().count('\n') + ' ', text)


def lines_with(text, pattern):
    for number, line in enumerate(text.split('\n'), 1):
        for found in re.finditer(pattern, line):
            yield number, found


def is_c(path):
    return path.endswith(('.c', '.h', '.def'))


def ours(files, *tops):
    """C files of the program itself, (path, text)."""
    return [(p, t) for p, t in sorted(files.items()) if is_c(p) and p.startswith(tops or ('src/', 'include/'))]


def floor_of(path):
    parts = path.split('/')
    return parts[1] if len(parts) > 2 else 'main'


def functions(text):
    """(line, name, lines of the body) of each function: a brace in the first column opens its body."""
    lines = text.split('\n')
    start = None
    for number, line in enumerate(lines):
        if line == '{':
            start = number
        elif line == '}' and start is not None:
            head = ' '.join(lines[max(0, start - 4):start])
            names = re.findall(r'(\w+)\s*\(', head)
            yield start + 1, names[-1] if names else '?', number - start - 1
            start = None


# ---- floors ----

MAY_INCLUDE = {
    'base': {'base'},
    'core': {'core', 'base'},
    'form': {'form', 'core', 'base'},
    'store': {'store', 'base'},
    'flow': {'flow', 'store', 'form', 'core', 'base'},
    'work': {'work', 'flow', 'store', 'form', 'core', 'base'},
    'reader': {'reader', 'form', 'core', 'base'},
    'main': {'reader', 'work', 'flow', 'store', 'form', 'core', 'base'},
}
# A library and the floors that may know it.
LIBRARY = {
    r'libpq': {'store'},
    r'event2/': {'store', 'flow', 'work', 'main'},
    r'curl/': {'work'},
    r'jansson\.h': {'form', 'flow', 'work', 'reader', 'main'},
    r'libical/|gmime/|seccomp\.h': {'reader'},  # the daemon never reads foreign calendars itself
    r'libxml/': {'form'},
    r'zlib\.h': {'base'},
    r'sys/socket\.h|netinet/|netdb\.h|poll\.h|fcntl\.h|pthread\.h|signal\.h|unistd\.h':
        {'base', 'store', 'flow', 'work', 'reader', 'main'},
}


def floors(files):
    for path, text in ours(files):
        floor = floor_of(path)
        for number, m in lines_with(text, r'^\s*#include\s+"([^"/]+)/'):
            if m.group(1) not in MAY_INCLUDE.get(floor, set()):
                yield f'{path}:{number}: {floor} must not include {m.group(1)}'
        for number, m in lines_with(text, r'^\s*#include\s+<([^>]+)>'):
            for library, allowed in LIBRARY.items():
                if re.match(library, m.group(1)) and floor not in allowed:
                    yield f'{path}:{number}: {floor} must not know {m.group(1)}'


# ---- sizes ----

FUNCTION_MAX, FUNCTION_MOST, FUNCTION_MEDIAN = 60, 40, 12
FILE_MAX, HEADER_MAX = 400, 100


def function_sizes(files):
    for path, text in ours(files, 'src/', 'tests/'):
        for number, name, size in functions(text):
            if size > FUNCTION_MAX:
                yield f'{path}:{number}: {name} has {size} lines (at most {FUNCTION_MAX})'


def function_spread(files):
    sizes = sorted(size for path, text in ours(files, 'src/') for _, _, size in functions(text))
    if not sizes:
        return
    median, most = sizes[len(sizes) // 2], sizes[len(sizes) * 9 // 10]
    if median > FUNCTION_MEDIAN:
        yield f'src: half of the functions have {median} lines or more (aim: {FUNCTION_MEDIAN})'
    if most > FUNCTION_MOST:
        yield f'src: a tenth of the functions have {most} lines or more (aim: {FUNCTION_MOST})'


def file_sizes(files):
    for path, text in ours(files):
        most = HEADER_MAX if path.startswith('include/') and path.endswith('.h') else FILE_MAX
        if text.count('\n') > most:
            yield f'{path}: {text.count(chr(10))} lines (at most {most})'


# ---- banned ----

SYNC = ('src/store/sync.c', 'src/store/migrate.c')
BANNED = [  # what must not be called, and the files where it may
    (r'PQexec\w*|PQconnectdb\w*|PQcancel|PQprepare|PQsetdb\w*|PQping\w*|PQfn', SYNC),
    (r'PQ\w+', ('src/store/',)),
    (r'getaddrinfo|gethostby\w+', ()),
    (r'time|gettimeofday|clock_gettime|localtime(_r)?|mktime|ctime(_r)?|difftime', ('src/base/clock.c',)),
    (r'v?sprintf|strcpy|strcat|strncat|gets|strtok', ()),
    (r'system|popen|sleep|usleep|nanosleep', ()),
    (r'rand|srand|random|srandom|drand48', ()),
    (r'log_(debug|info|warn|error|event)', ('src/base/log.c', 'include/base/log.h', 'src/work/', 'src/flow/',
                                            'src/store/', 'src/main.c')),
]


def banned(files):
    for path, text in ours(files):
        plain = code(text)
        for calls, homes in BANNED:
            if path.startswith(homes or ('-',)):
                continue
            for number, m in lines_with(plain, rf'(?<![\w.>])({calls})\s*\('):
                yield f'{path}:{number}: {m.group(1)}() has no business here'


def typedefs(files):
    for path, text in ours(files):
        for number, _ in lines_with(code(text), r'\btypedef\s+(struct|enum|union)\b[^(]*(;|{|$)'):
            yield f'{path}:{number}: no typedef but of function types and numbers'


def guards(files):
    for path, text in ours(files, 'include/'):
        if not path.endswith('.h'):
            continue
        name = re.sub(r'\W', '_', path[len('include/'):]).upper()
        if f'#ifndef {name}\n#define {name}\n' not in text:
            yield f'{path}:1: the include guard must be {name}'
        if not text.startswith('/*'):
            yield f'{path}:1: a header begins with its contract'


# ---- SQL ----


def sql_clock(files):
    for path, text in sorted(files.items()):
        if not (path.startswith('migrations/') and path.endswith('.sql')) or 'function api.clock(' in text:
            continue
        plain = re.sub(r'--[^\n]*', '', text)
        for number, m in lines_with(plain, r'(?i)\b(now\s*\(\s*\)|clock_timestamp\b|current_timestamp\b|'
                                           r'transaction_timestamp\b|localtimestamp\b|current_date\b)'):
            yield f'{path}:{number}: {m.group(1)}: time comes from api.clock()'


SQL_HOMES = ('src/store/', 'include/store/ask.def',
             'src/work/migrate_cmd.c', 'src/work/sample_')  # the owner's commands, by store/sync.h


def sql_home(files):
    for path, text in ours(files, 'src/', 'include/'):
        if path.startswith(SQL_HOMES):
            continue
        for number, m in lines_with(text, r'"\s*(?i:select|insert into|update|delete from)\s+[\w*]'):
            yield f'{path}:{number}: SQL lives in migrations/'


def settings_used(files):
    rows = re.findall(r'^CONF\((\w+)', files.get('include/base/conf.def', ''), re.M)
    rest = '\n'.join(code(t) for p, t in ours(files, 'src/') if not p.startswith('src/base/conf'))
    for row in rows:
        if not re.search(rf'\bCONF_{row}\b', rest):
            yield f'include/base/conf.def: nothing uses {row}'


# ---- every tracked text ----

HOSTS = ['registry.npmjs' + '.org', 'npmjs' + '.com', 'deb.debian' + '.org', 'pypi' + '.org', 'crates' + '.io',
         'proxy.golang' + '.org', 'pythonhosted' + '.org']
PLACES = re.compile(r'(?<![\w.}$)-])/(?:work|root|home/\w+|Users/\w+|mnt)/')


def places(files):
    for path, text in sorted(files.items()):
        for number, m in lines_with(text, PLACES):
            yield f'{path}:{number}: a place on one machine: {m.group()}'
        for host in HOSTS:
            if host in text:
                yield f'{path}: names a registry: {host}'


def tidy(files):
    for path, text in sorted(files.items()):
        if re.search(r'(^|/)(golden|corpus|fixtures)/|\.ics$', path) or not text:  # RFC 5545: CR LF
            continue
        if not text.endswith('\n') or '\r' in text:
            yield f'{path}: lines end with LF, the last one too'
        for number, _ in lines_with(text, r'[ \t]+$'):
            yield f'{path}:{number}: blanks at the end of the line'
        if is_c(path):
            for number, _ in lines_with(text, r'\t'):
                yield f'{path}:{number}: a tab'


def body(lines):
    return 'int f(void)\n{\n' + '    g();\n' * lines + '}\n'


RULES = [
    (floors, 'a file includes its own floor and lower ones', [
        {'src/core/x.c': '#include "store/ask.h"\n'}, {'include/store/x.h': '#include "form/shape.h"\n'},
        {'src/form/x.c': '#include <event2/event.h>\n'}, {'src/flow/x.c': '#include <libpq-fe.h>\n'},
        {'src/base/x.c': '#include "core/span.h"\n'}]),
    (function_sizes, f'no function is longer than {FUNCTION_MAX} lines', [{'src/core/x.c': body(61)}]),
    (function_spread, f'half of the functions have at most {FUNCTION_MEDIAN} lines, 90 % {FUNCTION_MOST}', [
        {'src/core/x.c': body(13) + body(13) + body(2)},
        {'src/core/x.c': body(1) * 8 + body(41) * 2}]),
    (file_sizes, f'no file is longer than {FILE_MAX} lines, no header than {HEADER_MAX}', [
        {'src/core/x.c': '\n' * 401}, {'include/core/x.h': '\n' * 101}]),
    (banned, 'calls stay in their one home', [
        {'src/store/pg.c': 'x = PQexec(c, q);\n'}, {'src/work/x.c': 'PQclear(r);\n'},
        {'src/work/x.c': 'getaddrinfo(h, 0, 0, &r);\n'}, {'src/core/x.c': 't = time(NULL);\n'},
        {'src/form/x.c': 'sprintf(a, "%s", b);\n'}, {'src/work/x.c': 'system("ls");\n'},
        {'src/core/x.c': 'rand();\n'}, {'src/form/x.c': 'log_info("x");\n'}]),
    (typedefs, 'structs are called struct', [
        {'src/core/x.c': 'typedef struct x x_t;\n'}, {'src/core/x.c': 'typedef enum {\n'}]),
    (guards, 'headers have their guard and their contract', [
        {'include/core/x.h': '/* x */\n#ifndef X_H\n#define X_H\n'},
        {'include/core/x.h': '#ifndef CORE_X_H\n#define CORE_X_H\n'}]),
    (sql_clock, 'SQL asks api.clock() for the time', [
        {'migrations/api/x.sql': 'select now();\n'}, {'migrations/0001_x.sql': 'at timestamptz default CURRENT_TIMESTAMP\n'}]),
    (sql_home, 'SQL lives in migrations/', [{'src/work/x.c': 'q = "select 1 from x";\n'}]),
    (settings_used, 'each setting has an effect', [{'include/base/conf.def': 'CONF(nothing, INT)\n'}]),
    (places, 'nothing names one machine or a registry', [
        {'README.md': 'see /' + 'work/x\n'}, {'x.sh': 'curl ' + HOSTS[0] + '\n'}, {'x.sh': 'cd /' + 'home/me/x\n'}]),
    (tidy, 'text files are tidy', [
        {'x.md': 'a \n'}, {'x.md': 'a'}, {'x.md': 'a\r\n'}, {'src/core/x.c': '\tx;\n'}]),
]
