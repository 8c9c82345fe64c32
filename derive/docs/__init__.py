"""The pages of checked derivations that ``derive docs`` writes, as MyST-compatible Markdown.

`site.build` judges, derives and writes everything anew; a page whose claim no longer holds is
a `site.Problem`, and the command fails.
"""
