// Package kv has the tasks that read and write the key-value store.
package kv
