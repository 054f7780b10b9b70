"""
An agent for tests: each task says what becomes of it, as libs/testing/src/fake-agent-task.ts has it. It does what
libs/testing/src/fake-agent.ts does, so that both kits can be held to the same.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from agentainer_agent import DROP, TaskFailure, serve

MIB = 1024 * 1024
tasks = 0
kept = []
meeting = threading.Condition()
present = 0
clean_up_seconds = 0.0


def handle(task, ctx):
    global tasks
    tasks += 1
    if not isinstance(task, dict) or 'do' not in task or ctx.task.attempt > task.get('attempts', ctx.task.attempt):
        return task
    return globals()['do_' + task['do'].replace(' ', '_')](task, ctx)


def reduce(outcomes, ctx):
    """Answers with the outcomes, up to one whose result is ``enough``, and reports how many there are."""
    global tasks
    tasks += 1
    seen = []
    for outcome in outcomes:
        seen.append(outcome)
        ctx.progress({'outcomes': len(seen)})
        if outcome['status'] == 'completed' and outcome['result'] == 'enough':
            break
    return seen


def do_echo(task, ctx):
    return task['value']


def do_sleep(task, ctx):
    ctx.sleep(task['ms'] / 1000)
    return task['ms']


def do_time(task, ctx):
    begin = time.time() * 1000
    ctx.sleep(task['ms'] / 1000)
    return {'from': begin, 'to': time.time() * 1000}


def do_meet(task, ctx):
    global present
    with meeting:
        present += 1
        meeting.notify_all()
        meeting.wait_for(lambda: present > task['others'])
    return task['others'] + 1


def do_block(task, ctx):
    end = time.monotonic() + task['ms'] / 1000
    while time.monotonic() < end:
        if task.get('heartbeat'):
            ctx.heartbeat()
    return task['ms']


def do_fail(task, ctx):
    retry_after = task.get('retryAfterMs')
    raise TaskFailure(
        task['code'],
        task.get('message', 'as told'),
        retryable=task.get('retryable', True),
        retry_after=None if retry_after is None else retry_after / 1000,
    )


def do_throw(task, ctx):
    raise RuntimeError(task['message'])


def do_drop(task, ctx):
    return DROP


def do_crash(task, ctx):
    os.write(2, b'it crashes, as told\n')
    os._exit(task.get('exitCode', 1))


def do_hang(task, ctx):
    threading.Event().wait()


def do_large(task, ctx):
    return 'x' * (task['bytes'] - 2)


def do_unwritable(task, ctx):
    return handle


def do_report(task, ctx):
    ctx.progress(task['value'])


def do_run(task, ctx):
    command = ['sh', '-c', task['script']]
    if task.get('inherit'):
        return subprocess.run(command).returncode
    return ctx.capture(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)).wait()


def do_deep(task, ctx):
    nested = []
    for _ in range(task['levels'] - 1):
        nested = [nested]
    return nested


def do_count(task, ctx):
    ctx.sleep(task.get('ms', 0) / 1000)
    return ctx.state.increment(task['key'])


def do_state(task, ctx):
    names = {'addToSet': 'add_to_set', 'removeFromSet': 'remove_from_set', 'compareAndSwap': 'compare_and_swap'}
    answer = getattr(ctx.state, names.get(task['call'], task['call']))(*task['arguments'])
    return answer._asdict() if task['call'] == 'compareAndSwap' else answer


def do_start(task, ctx):
    started = ctx.start_job(task['image'], task['input'], step_id=task.get('step_id'))
    if task.get('failAfter') and ctx.task.attempt == 1:
        raise RuntimeError('as told')
    return told(started)


def do_start_workflow(task, ctx):
    return told(ctx.start_workflow(task['workflow'], task['input']))


def told(started):
    return {'runId': started.run_id, 'jobId': started.job_id}


def do_secret(task, ctx):
    secret = ctx.secret(task['name'])
    if task.get('as') == 'error':
        raise RuntimeError(f'the password {secret} is wrong')
    encoded = base64.b64encode(secret.encode()).decode()
    inside = json.dumps({'secret': secret}, separators=(',', ':'))
    return {'length': len(secret), 'secret': secret, 'base64': encoded, 'inside': inside}


def do_print(task, ctx):
    for i in range(task['lines']):
        print(f'line {i + 1}')
        ctx.sleep(task.get('everyMs', 0) / 1000)
    if 'secret' in task:
        value = ctx.secret(task['secret'])
        sys.stderr.write(f'the secret is {value[:6]}')
        ctx.sleep(0.5)
        sys.stderr.write(f'{value[6:]}.\n')
    if task.get('as') == 'error':
        raise RuntimeError(f'after {task["lines"]} lines')
    return task['lines']


def do_keep(task, ctx):
    kept.append(bytearray(os.urandom(1)) * task['bytes'])
    return len(kept)


def do_linger(task, ctx):
    global clean_up_seconds
    clean_up_seconds = task['ms'] / 1000
    return task['ms']


def do_leave(task, ctx):
    folder = os.path.join(tempfile.gettempdir(), 'left', 'deep')
    os.makedirs(folder)
    with open(os.path.join(folder, 'file'), 'w') as file:
        file.write('by a task')
    kept.append(bytearray(b'x') * (task.get('megabytes', 0) * MIB))
    # Of a session of its own, and no child of anybody who would end it.
    return subprocess.Popen(['sleep', '1000'], start_new_session=True).pid


def do_look(task, ctx):
    try:
        os.kill(task['pid'], 0)
        runs = True
    except OSError:
        runs = False
    megabytes = sum(len(part) for part in kept) / MIB
    return {'files': os.listdir(tempfile.gettempdir()), 'runs': runs, 'megabytes': megabytes, 'tasks': tasks}


def do_describe(task, ctx):
    told = {name: value for name, value in vars(ctx.task).items() if name != 'token'}
    return {'pid': os.getpid(), 'uid': os.getuid(), 'tasks': tasks, 'task': told, 'environment': dict(os.environ)}


if __name__ == '__main__':
    serve(sequential=handle, map=handle, reduce_stream=reduce, clean_up=lambda: time.sleep(clean_up_seconds))
