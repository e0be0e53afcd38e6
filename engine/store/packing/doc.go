// Package packing writes executions as bytes, for stores: a tenth of the work of JSON, and half of the size. A field has no name in them,
// so what was written is read in the same order by the same [Version].
package packing
