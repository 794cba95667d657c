package sqlite

// visible is the condition under which a row of apartments is shown to anybody: it came
// by no atomic import, or by one that is published. Every statement that answers
// apartments has it. For rows of no import it costs a comparison; for others, one step
// down a small B-tree. Since the import's row is read in the same statement, and publishing
// changes that row alone, a statement shows all of an import or nothing.
const visible = `(batch IS NULL OR (SELECT status FROM imports WHERE imports.seq = apartments.batch) = 'PUBLISHED')`
