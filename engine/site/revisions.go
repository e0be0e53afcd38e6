package site

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// asked is how many revisions are asked for at once: a store keeps what comes at once by one commit, and there may be thousands.
const asked = 256

// revisions lets host keep all flows.
func (s *Site) revisions(ctx context.Context, host Host) (map[*flow.Flow]int, error) {
	var mu sync.Mutex
	revisions := make(map[*flow.Flow]int)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(asked)
	for f := range s.all.All() {
		group.Go(func() error {
			revision, err := host.Revision(ctx, f)
			if err != nil {
				return fmt.Errorf("revision of flow %s/%s: %w", f.Namespace, f.ID, err)
			}
			mu.Lock()
			defer mu.Unlock()
			revisions[f] = revision
			return nil
		})
	}
	return revisions, group.Wait()
}
