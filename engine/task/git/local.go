package git

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1" //nolint:gosec // the sum at the end of a pack
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// allowed returns the folder of those that flows may clone from in which a repository of this machine is, and its name there.
func allowed(folders []string, path string) (folder, name string, err error) {
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	at := filepath.Clean(filepath.FromSlash(path))
	for _, folder := range folders {
		if name, err := filepath.Rel(folder, at); err == nil && filepath.IsLocal(name) && filepath.IsAbs(at) {
			return folder, filepath.ToSlash(name), nil
		}
	}
	return "", "", errors.New("is on the disk of this server, in no folder that `allow_local` of `tasks git` names")
}

// localSession is a conversation with a repository on the disk of this server. Nothing is written there, and no name and no link leads
// out of the folder that flows may clone from.
type localSession struct {
	root  *os.Root
	store *filesystem.Storage
	stop  context.CancelFunc
}

// openLocal opens a repository of this machine: a bare one, or one with a folder .git.
func openLocal(folders []string, path string) (session, error) {
	folder, name, err := allowed(folders, path)
	if err != nil {
		return nil, fmt.Errorf("the repository %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("the folder of repositories cannot be opened: %w", errors.Unwrap(err))
	}
	of := &tree{dir: &task.Directory{Root: root, Take: func(int64) error { return os.ErrPermission }}, base: name}
	for _, inner := range []string{"", dotGit} {
		git, err := of.Chroot(inner)
		if err != nil {
			return nil, errors.Join(err, root.Close())
		}
		if info, err := git.Stat("HEAD"); err != nil || !info.Mode().IsRegular() {
			continue
		}
		options := filesystem.Options{ExclusiveAccess: true, LargeObjectThreshold: atOnce}
		return &localSession{root: root, store: filesystem.NewStorageWithOptions(git, cache.NewObjectLRU(cached), options), stop: func() {}}, nil
	}
	return nil, errors.Join(transport.ErrRepositoryNotFound, root.Close())
}

// AdvertisedReferencesContext implements session.
func (s *localSession) AdvertisedReferencesContext(context.Context) (*packp.AdvRefs, error) {
	a := packp.NewAdvRefs()
	if err := a.Capabilities.Set(capability.Shallow); err != nil {
		return nil, err
	}
	refs, err := s.store.IterReferences()
	if err != nil {
		return nil, err
	}
	err = refs.ForEach(func(r *plumbing.Reference) error {
		if r.Type() == plumbing.HashReference && r.Name() != plumbing.HEAD {
			return a.AddReference(r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(a.References) == 0 {
		return nil, transport.ErrEmptyRemoteRepository
	}
	head, err := s.store.Reference(plumbing.HEAD)
	switch {
	case err != nil:
		return nil, err
	case head.Type() == plumbing.HashReference:
		h := head.Hash()
		a.Head = &h
	default:
		if h, ok := a.References[head.Target().String()]; ok {
			a.Head = &h
			err = a.AddReference(head)
		}
	}
	return a, err
}

// UploadPack implements session.
func (s *localSession) UploadPack(ctx context.Context, r *packp.UploadPackRequest) (*packp.UploadPackResponse, error) {
	depth, _ := r.Depth.(packp.DepthCommits)
	objects, shallows, err := s.reachable(ctx, r.Wants, int(depth))
	if err != nil {
		return nil, err
	}
	ctx, s.stop = context.WithCancel(ctx)
	out, in := io.Pipe()
	go func() { _ = in.CloseWithError(s.pack(ctx, in, objects)) }()
	answer := packp.NewUploadPackResponseWithPackfile(r, out)
	answer.Shallows = shallows
	return answer, nil
}

// Close implements [io.Closer].
func (s *localSession) Close() error {
	s.stop()
	return errors.Join(s.store.Close(), s.root.Close())
}

// reachable returns the objects of commits and of those before them, depth commits of each line; 0: all. The shallows are the commits
// that have others before them which are not among these.
func (s *localSession) reachable(ctx context.Context, wants []plumbing.Hash, depth int) (objects, shallows []plumbing.Hash, err error) {
	seen := map[plumbing.Hash]bool{}
	add := func(h plumbing.Hash) bool {
		if seen[h] {
			return false
		}
		seen[h] = true
		objects = append(objects, h)
		return true
	}
	var level []plumbing.Hash
	for _, h := range wants {
		for { // a tag, maybe of a tag
			o, err := s.store.EncodedObject(plumbing.AnyObject, h)
			if err != nil {
				return nil, nil, err
			}
			if o.Type() != plumbing.TagObject {
				break
			}
			tag, err := object.DecodeTag(s.store, o)
			if err != nil {
				return nil, nil, err
			}
			add(h)
			h = tag.Target
		}
		level = append(level, h)
	}
	ends, err := s.store.Shallow() // of a repository that has not all history itself
	if err != nil {
		return nil, nil, err
	}
	end := map[plumbing.Hash]bool{}
	for _, h := range ends {
		end[h] = true
	}
	for n := 1; len(level) > 0; n++ {
		var next []plumbing.Hash
		for _, h := range level {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			if !add(h) {
				continue
			}
			c, err := object.GetCommit(s.store, h)
			if err != nil {
				return nil, nil, err
			}
			if err := s.files(ctx, c.TreeHash, add); err != nil {
				return nil, nil, err
			}
			if end[h] || n == depth && len(c.ParentHashes) > 0 {
				shallows = append(shallows, h)
				continue
			}
			next = append(next, c.ParentHashes...)
		}
		level = next
	}
	return objects, shallows, nil
}

// files adds a folder with all that is in it.
func (s *localSession) files(ctx context.Context, folder plumbing.Hash, add func(plumbing.Hash) bool) error {
	for folders := []plumbing.Hash{folder}; len(folders) > 0; {
		h := folders[len(folders)-1]
		folders = folders[:len(folders)-1]
		if !add(h) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		t, err := object.GetTree(s.store, h)
		if err != nil {
			return err
		}
		for _, e := range t.Entries {
			switch e.Mode {
			case filemode.Submodule:
			case filemode.Dir:
				folders = append(folders, e.Hash)
			default:
				add(e.Hash)
			}
		}
	}
	return nil
}

// pack writes a pack of objects, each as a whole.
func (s *localSession) pack(ctx context.Context, to io.Writer, objects []plumbing.Hash) error {
	sum := sha1.New() //nolint:gosec // as git has it
	out := io.MultiWriter(to, sum)
	header := binary.BigEndian.AppendUint32(append([]byte("PACK"), 0, 0, 0, 2), uint32(len(objects)))
	if _, err := out.Write(header); err != nil {
		return err
	}
	for _, h := range objects {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.packed(out, h); err != nil {
			return err
		}
	}
	_, err := to.Write(sum.Sum(nil))
	return err
}

func (s *localSession) packed(to io.Writer, h plumbing.Hash) error {
	o, err := s.store.EncodedObject(plumbing.AnyObject, h)
	if err != nil {
		return err
	}
	// The type and the four lowest bits of the size, and then seven of it in each byte.
	size := o.Size()
	header := []byte{byte(o.Type())<<4 | byte(size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		header[len(header)-1] |= 0x80
		header = append(header, byte(size&0x7f))
	}
	from, err := o.Reader()
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	if _, err := io.Copy(to, bytes.NewReader(header)); err != nil {
		return err
	}
	z, err := zlib.NewWriterLevel(to, zlib.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := io.Copy(z, from); err != nil {
		return err
	}
	return z.Close()
}
