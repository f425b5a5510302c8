"""Products from files: read, compared, shown, and only then written, all of them or none.

A file is read row by row into ``ImportRow`` (:mod:`staging`), compared with the shop by chunks
(:mod:`comparing`), and after a person confirmed the preview written in one transaction
(:mod:`applying`), which :mod:`reverting` can take back. What a column means stands in
:mod:`columns`.

django-import-export was looked at and left out: it holds the whole data set and a result object
for every row in memory, saves row by row, and has no way back. Here every step costs a fixed
number of statements for each ``CHUNK`` rows, and memory does not grow with the file.
"""

#: Rows that are read, compared or written together.
CHUNK = 500
