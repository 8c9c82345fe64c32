"""The command ``derive``: arguments in, exit status out.

Exit status 0: all well.  1: something is refuted, unproven or unreadable, or generated code
is out of step.  2: the call itself failed, with one line on stderr.  130: interrupted.
"""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from derive.errors import CallError, nearest, one_line

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Verifies hand-written gradient derivations and generates proved NumPy training code.",
    epilog="Example: derive verify notes.md",
)


def _choice(option: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise CallError(f'{option}: unknown value "{one_line(value)}"; {nearest(value, known)}')
    return value


@app.callback(invoke_without_command=True)
def top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        from derive import __version__

        typer.echo(f"derive {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(epilog="Example: derive verify notes.md --format json --output verdicts.json")
def verify(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Notes (.md .txt .tex, - for stdin), network specs (.toml), folders. "
            "None: the project's own library and notes.",
        ),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, json, sarif or github.")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")
    ] = None,
    select: Annotated[
        str | None, typer.Option(metavar="CODES", help="Only findings with these codes: D103,D2.")
    ] = None,
    ignore: Annotated[
        str | None, typer.Option(metavar="CODES", help="No findings with these codes.")
    ] = None,
    allow: Annotated[
        str | None, typer.Option(metavar="VERDICTS", help="Verdicts that do not fail the run.")
    ] = None,
    declare: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML file that declares symbols, cost.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", metavar="N", help="Worker processes.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="Hard limit for each claim.")
    ] = 10.0,
    diff: Annotated[bool, typer.Option("--diff", help="Show verified repairs as a diff.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Put verified repairs in place.")] = False,
    proofs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the certificates to this folder.")
    ] = None,
    timings: Annotated[
        bool, typer.Option("--timings", help="Show the milliseconds of each claim.")
    ] = False,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Show how often each mistake was found.")
    ] = False,
    show_model: Annotated[
        bool, typer.Option("--show-model", help="Show what is understood, judge nothing.")
    ] = False,
) -> int:
    """Give every claim of a note a verdict: proved for all shapes, or refuted with the repair."""
    from derive.commands import FORMATS, VerifyCall
    from derive.commands import verify as run
    from derive.report.outcome import selection
    from derive.verify import Options

    if jobs is not None and not 1 <= jobs <= 64:
        raise CallError(f"--jobs: {jobs} is not between 1 and 64")
    if not (math.isfinite(timeout) and 0 < timeout <= 86_400):
        raise CallError(f"--timeout: {timeout} is not a number of seconds above 0, up to 86400")
    if diff and fix:
        raise CallError("--diff and --fix exclude each other; leave one out")
    if statistics and show_model:
        raise CallError("--statistics and --show-model exclude each other; leave one out")
    call = VerifyCall(
        form=_choice("--format", form, FORMATS),
        output=output,
        selection=selection(select, ignore, allow),
        options=Options(declare, proofs, timings, show_model=show_model),
        jobs=jobs,
        timeout=timeout,
        repair="diff" if diff else "fix" if fix else "",
        view="model" if show_model else "statistics" if statistics else "",
    )
    return run(paths or [], call)


@app.command(epilog="Example: derive explain notes.md:36   or   derive explain sigmoid")
def explain(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="NOTE:LINE[:COLUMN]|NAME|SPEC",
            help="A claim, a library entry, a network spec, or a code.",
        ),
    ],
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, markdown or latex.")
    ] = "text",
    level: Annotated[
        str, typer.Option("--level", metavar="LEVEL", help="full, or short: results only.")
    ] = "full",
    graph: Annotated[
        bool, typer.Option("--graph", help="Of a spec: its computation graph, as SVG.")
    ] = False,
) -> int:
    """Tell the derivation behind a claim, a library entry or a network, one named rule a step."""
    from derive.commands import explain as run
    from derive.commands import explain_graph
    from derive.report.explain import FORMATS, LEVELS

    if graph:
        return explain_graph(subject)
    return run(subject, _choice("--format", form, FORMATS), _choice("--level", level, LEVELS))


@app.command(epilog="Example: derive generate digits.toml -o networks")
def generate(
    spec: Annotated[
        Path, typer.Argument(metavar="SPEC", help="Network spec, or a folder of networks.")
    ],
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where the network's folder goes.")
    ] = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Compare with what is there, write nothing.")
    ] = False,
) -> int:
    """Emit the network of a spec as NumPy code, after proving its gradients."""
    from derive.commands import generate as run

    return run(spec, folder, check=check)


@app.command(epilog="Example: derive docs -o site")
def docs(
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where the pages go.")
    ] = Path("site"),
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="html or markdown.")
    ] = "html",
) -> int:
    """Build the site of checked derivations: notes, library, codes, how to; strictly."""
    from derive.commands import docs as run

    return run(folder, _choice("--format", form, ("html", "markdown")))


@app.command("list", epilog="Example: derive list")
def list_() -> int:
    """List activations, losses, layers, optimisers and rules with their proof status."""
    from derive.commands import list_library

    return list_library()


@app.command(epilog="Example: derive demo -o demo")
def demo(
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where its files go.")
    ] = Path("demo"),
    fast: Annotated[bool, typer.Option("--fast", help="Train only briefly.")] = False,
) -> int:
    """Judge five real notes, then generate, check and train a classifier of digits."""
    from derive.commands import demo as run

    return run(folder, fast=fast)


def run(arguments: list[str]) -> int:
    """Carries out one call and returns its exit status; complains in one line on stderr."""
    try:
        status: Any = app(args=arguments, prog_name="derive", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except CallError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        where = f"{one_line(str(error.filename))}: " if error.filename else ""
        return _complain(f"{where}{error.strerror or error}; check the path and its permissions")
    except Exception as error:
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    """A wrong use of the command line, as the library reports it, or a fault of our own."""
    message = getattr(error, "format_message", None)
    if message is not None:
        return _complain(f"{one_line(message())} Try: derive --help")
    if type(error).__name__ == "Abort":
        return 130
    if os.environ.get("DERIVE_DEBUG"):
        raise error
    return _complain(
        f"internal error: {type(error).__name__}: {one_line(str(error))}; "
        "please report it (DERIVE_DEBUG=1 shows where)"
    )


def _complain(line: str) -> int:
    if sys.stderr is not None:
        print(f"derive: {line}", file=sys.stderr)
    return 2


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
