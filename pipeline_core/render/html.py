"""The report as one HTML page that loads nothing."""

from html import escape
from string import Template

from markdown_it import MarkdownIt

from pipeline_core.render.clean import one_line
from pipeline_core.render.labels import verdict_title
from pipeline_core.render.markdown import markdown
from pipeline_core.report import Report

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>
body { font: 16px/1.55 system-ui, sans-serif; color: #1b1f24 }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.9rem; margin-bottom: .3rem; padding-left: .7rem; border-left: .5rem solid $colour }
h2 { font-size: 1.25rem; margin-top: 2.2rem; border-bottom: 1px solid #d8dee4 }
h3 { font-size: 1.02rem; margin-top: 1.4rem }
blockquote { margin: .4rem 0; padding: .1rem .9rem; border-left: .2rem solid #d8dee4 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem }
tr { border-bottom: 1px solid #e6eaee } code { background: #f2f4f6; padding: 0 .25rem }
@media (prefers-color-scheme: dark) {
body { background: #16191d; color: #dfe3e8 }
code { background: #2a2f36 }
}
@media print { body { margin: 0; max-width: none } }
</style>
</head>
<body>
$body
</body>
</html>
""")
_COLOURS = {
    "STRONG_FIT": "#1a7f37",
    "CONDITIONAL": "#bf8700",
    "WEAK_FIT": "#bc4c00",
    "NOT_RECOMMENDED": "#cf222e",
}


def html(report: Report) -> str:
    """Return `report` as a page; nothing in it can run or be fetched."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    title = report.headline or verdict_title(report.verdict)
    return _PAGE.substitute(
        title=escape(one_line(title)),
        colour=_COLOURS.get(report.verdict or "", "#6e7781"),
        body=parser.render(markdown(report)),
    )
