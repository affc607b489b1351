#!/usr/bin/env python3
"""Usage: manual_page.py PROGRAM COMMAND OUTPUT

Writes the manual page of one command, sojourn-COMMAND(1), from what `PROGRAM COMMAND --help` prints: its first line is
the synopsis, then come paragraphs, lines that begin with "Example:", and the options, each with its indented help.
"""
import re
import subprocess
import sys

EXIT = [("0", "done, and all expectations of the model were met"), ("1", "done, and an expectation was not met, or a "
        "regression was found"), ("2", "the command or the model is wrong"), ("3", "it could not be done: a file, "
        "memory, a solver that did not converge"), ("130", "interrupted; what was finished is kept")]


def plain(text):
    """Text as roff takes it: backslashes and leading dots mean nothing, hyphens are hyphens."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def options_of(lines):
    """The (option, help) pairs below "Options:"; a help that does not fit its line goes on in lines indented by 21."""
    options = []
    for line in lines:
        if re.match(r"  -", line):
            name, _, text = line.strip().partition("  ") if "  " in line.strip() else (line.strip(), "", "")
            if not text:  # the name is as long as its column: one blank before the help
                words = name.split(" ")
                cut = 2 if len(words) > 1 and re.fullmatch(r"[A-Z=.:|]+[A-Za-z.]*|[a-z0-9]+(\|[a-z0-9]+)+", words[1]) else 1
                name, text = " ".join(words[:cut]), " ".join(words[cut:])
            options.append([name, text.strip()])
        elif line.strip() and options:
            options[-1][1] += " " + line.strip()
    return options


def page(command, text, summary, version):
    """The page as roff."""
    head, _, tail = text.partition("\nOptions:\n")
    synopsis, _, body = head.partition("\n")
    out = [f'.TH SOJOURN\\-{command.upper()} 1 "" "{version}" "User commands"', ".SH NAME",
           f"sojourn\\-{command} \\- {plain(summary)}", ".SH SYNOPSIS", f".B {plain(synopsis)}", ".SH DESCRIPTION"]
    examples = []
    for paragraph in re.split(r"\n\s*\n", body.strip("\n")):
        lines = paragraph.split("\n")
        if paragraph.lstrip().startswith("Example"):
            examples += [re.sub(r"^\s*Examples?:\s*", "", line) for line in lines]
        else:
            out += [".PP"] + [plain(line.strip()) for line in lines]
    out.append(".SH OPTIONS")
    for name, help_text in options_of(tail.split("\n")):
        out += [".TP", f".B {plain(name)}", plain(help_text)]
    if examples:
        out += [".SH EXAMPLES", ".nf"] + [plain(line.strip()) for line in examples] + [".fi"]
    out += [".SH EXIT STATUS"]
    for code, meaning in EXIT:
        out += [".TP", f".B {code}", plain(meaning)]
    out += [".SH SEE ALSO", ".BR sojourn (1)"]
    return "\n".join(out) + "\n"


def main():
    """Asks the program, writes the page."""
    program, command, output = sys.argv[1:]

    def ask(*words):
        return subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout
    overview = ask("--help")
    line = next(line for line in overview.split("\n") if line.startswith(f"  sojourn {command}"))
    summary = line[35:]
    with open(output, "w", encoding="utf-8") as file:
        file.write(page(command, ask(command, "--help"), summary, ask("--version").strip()))


main()
