package files

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
)

// versions is the folder, in that of a namespace, for what the files in it were before tasks wrote them anew: each has a folder
// there with its path, and in it its older versions by their numbers.
const versions = ".versions"

// openVersion opens a version of a file of a namespace. Files beside the flows have one.
func openVersion(root *os.Root, n namespaced, written bool) (*os.File, error) {
	if n.version == 0 {
		return openRegular(root, n.path)
	}
	newest := 1
	if written {
		older, err := olderVersions(root, n.path)
		if err != nil {
			return nil, err
		}
		newest = newestVersion(older)
	}
	switch {
	case n.version == newest:
		return openRegular(root, n.path)
	case n.version < newest:
		return openRegular(root, versionName(n.path, n.version))
	default:
		return nil, fs.ErrNotExist
	}
}

func versionName(name string, version int) string {
	return path.Join(versions, name, strconv.Itoa(version))
}

// olderVersions returns the numbers of the older versions of a file that are kept.
func olderVersions(root *os.Root, name string) ([]int, error) {
	entries, err := fs.ReadDir(root.FS(), path.Join(versions, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var numbers []int
	for _, entry := range entries {
		if number, err := strconv.Atoi(entry.Name()); err == nil && entry.Type().IsRegular() {
			numbers = append(numbers, number)
		}
	}
	return numbers, nil
}

// newestVersion returns the number of a file by those of its older versions.
func newestVersion(older []int) int {
	newest := 1
	for _, number := range older {
		newest = max(newest, number+1)
	}
	return newest
}
