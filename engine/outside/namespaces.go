package outside

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// Namespaces are those that flows are in, or were seen to have pairs, and the ones above them. Its zero value has none.
type Namespaces struct {
	mu    sync.RWMutex
	names map[string]struct{}
}

// Add notes that there is something in a namespace.
func (n *Namespaces) Add(namespace string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.names == nil {
		n.names = map[string]struct{}{}
	}
	for namespace != "" {
		n.names[namespace] = struct{}{}
		namespace = namespace[:max(0, strings.LastIndexByte(namespace, '.'))]
	}
}

func (n *Namespaces) has(namespace string) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	_, known := n.names[namespace]
	return known
}

func (n *Namespaces) all() []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.Sorted(maps.Keys(n.names))
}
