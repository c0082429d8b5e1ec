"""Which functions with a decorator have mutants?  Properties and cached functions; mutmut alone leaves out all of them.

The decorators stay on the function that is called.  The copies of it that mutmut makes, one a mutant, have none.
"""

from typing import Any

import libcst as cst
from mutmut.mutation import file_mutation

DECORATORS = {"property", "cached_property", "cache", "lru_cache", "contextmanager"}


def _is_kept(function: cst.CSTNode) -> bool:
    """Return whether a node is a function all of whose decorators may stay on the function that is called."""
    if not isinstance(function, cst.FunctionDef) or not function.decorators:
        return False
    called = (d.decorator.func if isinstance(d.decorator, cst.Call) else d.decorator for d in function.decorators)
    return all(isinstance(name, cst.Name) and name.value in DECORATORS for name in called)


def mutate_decorated_functions() -> None:
    """Make mutmut change properties and cached functions too."""
    if hasattr(file_mutation, "_leaves_out_all"):
        return
    skip, arrange = file_mutation.MutationVisitor._skip_node_and_children, file_mutation.function_trampoline_arrangement

    def skip_fewer(visitor: Any, node: cst.CSTNode) -> bool:
        return not _is_kept(node) and bool(skip(visitor, node))

    def arrange_bare(function: cst.FunctionDef, mutants: Any, class_name: str | None) -> Any:
        if not _is_kept(function):
            return arrange(function, mutants, class_name)
        bare = function.with_changes(decorators=())
        empty, (called, *copies), assigned, names = arrange(bare, mutants, class_name)
        whole = called.with_changes(decorators=[*function.decorators, *called.decorators])
        return empty, [whole, *copies], assigned, names

    file_mutation._leaves_out_all = False
    file_mutation.MutationVisitor._skip_node_and_children = skip_fewer
    file_mutation.function_trampoline_arrangement = arrange_bare
