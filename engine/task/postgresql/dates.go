package postgresql

import (
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// dates returns what Kestra calls the columns with dates, by their names. A file of Ion tells dates from text by that.
func dates(columns []pgconn.FieldDescription) map[string]string {
	names := map[uint32]string{
		pgtype.DateOID: "LocalDate", pgtype.TimeOID: "LocalTime", pgtype.TimetzOID: "OffsetTime", pgtype.TimestampOID: "LocalDateTime",
		pgtype.TimestamptzOID: "ZonedDateTime",
	}
	found := map[string]string{}
	for i := range columns {
		if name, ok := names[columns[i].DataTypeOID]; ok {
			found[columns[i].Name] = name
		}
	}
	return found
}

// mark returns what a text is marked as; "" when it is none of that: infinity, a year before the first, 24:00.
func mark(as, text string) string {
	layout := map[string]string{
		"LocalDate": "2006-01-02", "LocalTime": "15:04:05", "OffsetTime": "15:04:05Z07:00", "LocalDateTime": "2006-01-02T15:04:05",
		"ZonedDateTime": "2006-01-02T15:04:05Z07:00",
	}[as]
	if layout == "" {
		return ""
	}
	if _, err := time.Parse(layout, text); err != nil {
		return ""
	}
	return as
}
