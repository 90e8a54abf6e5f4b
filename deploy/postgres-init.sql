-- Each side has a database of its own. The first, inturn_line, is made by the
-- image; this is the second.
CREATE DATABASE inturn_boxoffice;
