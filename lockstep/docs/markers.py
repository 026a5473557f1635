"""A part of a page that is drawn: what stands between its two markers."""


def placed(page: str, part: str, drawn: str) -> str:
    """The page with this between `<!-- begin PART -->` and `<!-- end PART -->`.

    Raises LookupError where the page has no such part.
    """
    begin, end = f"<!-- begin {part} -->\n", f"\n<!-- end {part} -->"
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise LookupError(f"there is no part {part}: it stands between two markers")
    return f"{before}{begin}{drawn}{end}{after}"
