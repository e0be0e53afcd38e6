package storage

import (
	"bufio"
	"context"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// keepItems writes those items of a file into another that keep returns true for, and counts all and the others.
func keepItems(ctx context.Context, c *task.Context, from string, keep func(item *value.Map) (bool, error)) (uri string, read, dropped int64, err error) {
	uri, err = writeFile(ctx, c, 0, itemsExtension, func(to io.Writer) error {
		out := bufio.NewWriter(to)
		err := items(ctx, c, from, func(line []byte, item *value.Map) error {
			kept, err := keep(item)
			if err != nil {
				return err
			}
			if read++; !kept {
				dropped++
				return nil
			}
			return writeLine(out, line)
		})
		if err != nil {
			return err
		}
		return out.Flush()
	})
	return uri, read, dropped, err
}

// itemsExtension is what the names of files with items end in.
const itemsExtension = ".ion"

func writeLine(to *bufio.Writer, line []byte) error {
	if _, err := to.Write(line); err != nil {
		return err
	}
	return to.WriteByte('\n')
}
