"""Counts the words of texts: a map over the texts, and a reduce over their counts."""

import re
from collections import Counter

from agentainer_agent import TaskFailure, serve


def count(text, ctx):
    words = re.findall(r'\w+', text.lower())
    print(f'text {ctx.task.index}: {len(words)} words')
    if not words:
        raise TaskFailure('NO_WORDS', 'the text has no words', retryable=False)
    ctx.state.increment('words', len(words))
    return Counter(words)


def add(outcomes, ctx):
    """The outcomes come one after another, and none of them is kept."""
    total = Counter()
    for outcome in outcomes:
        if outcome['status'] == 'completed':
            total.update(outcome['result'])
    return total


serve(map=count, reduce_stream=add)
