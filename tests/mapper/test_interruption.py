"""Ctrl-C waits for a safe point, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from mapper.interruption import interrupts_at_safe_points, raise_if_interrupted

PROGRAM = """
import os, signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)
from mapper.problem import plan_problem
from mapper.plan_tensors import plan_tensors
from workloads.zoo import registry
problem = plan_problem(registry.build("randwire", bindings={"seed": 1}), with_weights=False)
plan_tensors(problem, 733_824, time_limit_s=2)  # compiles
threading.Timer(3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
found = plan_tensors(problem, 733_824, time_limit_s=50)
print(found.certificate.verdict, found.certificate.objective_bytes is not None, found.certificate.seconds < 20)
"""


@pytest.fixture(autouse=True)
def _usual_handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


seen: list[object] = []


def interrupted(times):
    """Press Ctrl-C so often, then reach a safe point; ``seen`` says how far it came."""
    with interrupts_at_safe_points():
        raise_if_interrupted()
        for time in range(times):
            signal.raise_signal(signal.SIGINT)
            seen.append(time)
        raise_if_interrupted()
        seen.append("end")


def test_raised_at_the_next_safe_point():
    seen.clear()
    with pytest.raises(KeyboardInterrupt):
        interrupted(1)
    assert seen == [0]
    raise_if_interrupted()  # once
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_raised_at_the_end_without_a_safe_point():
    with pytest.raises(KeyboardInterrupt), interrupts_at_safe_points():
        signal.raise_signal(signal.SIGINT)


def test_the_second_is_raised_at_once():
    seen.clear()
    with pytest.raises(KeyboardInterrupt):
        interrupted(2)
    assert seen == [0]


def test_another_meaning_is_kept():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts_at_safe_points():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_other_threads_are_left_alone():
    def work():
        with interrupts_at_safe_points():
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        done.append(True)

    done: list[bool] = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def test_compiled_search_ends_with_its_best_plan():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert (done.returncode, done.stdout) == (0, "feasible True True\n"), done.stderr
