"""How are a thousand curves or verdicts computed, on many processors, so that nothing is repeated or lost?

    >>> from verify import run_sweep
    >>> found = run_sweep({"alpha": "3/2", "beta": "1/2", "gamma": [0, 1], "model-size": [16, 64], "time": "10"})
    >>> [round(record["loss"][0], 4) for record in found.records]
    [0.4629, 0.3176, 0.4277, 0.2364]

In reading order: `curve_question` (which curve do words ask for) and `record` (what is kept of it); `sweep_file` and
`grid` (the tasks of a sweep); `tasks` (how one is computed); `store` (where results are kept); `runner` and `scheduler`
(on which processors); `estimate` (how long it takes); `export` (how results leave).
"""
