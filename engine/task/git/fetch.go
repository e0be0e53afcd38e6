package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

const (
	// held is what a clone takes of the memory of an execution: objects that are read again, and those that are read at once.
	held = 24 << 20

	cached  = 8 << 20 // bytes of objects that are kept
	atOnce  = 4 << 20 // bytes of an object above which it is not read as a whole
	origin  = "origin"
	dotGit  = ".git"
	longest = 40 // digits of a hash
)

// fetch fetches what is wanted of the repository, and checks it out, maybe with its submodules. It is so deep within others itself.
func (w *what) fetch(ctx context.Context, m *modules, to *tree, nested int) error {
	s, err := w.open(ctx, m.network)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	offered, err := s.AdvertisedReferencesContext(ctx)
	if err != nil {
		return err
	}
	refs, err := offered.AllReferences()
	if err != nil {
		return err
	}
	wants, head, err := w.choose(refs)
	if err != nil {
		return err
	}
	git, err := to.Chroot(dotGit)
	if err != nil {
		return err
	}
	store := filesystem.NewStorageWithOptions(git, cache.NewObjectLRU(cached), filesystem.Options{ExclusiveAccess: true, LargeObjectThreshold: atOnce})
	defer func() { _ = store.Close() }()
	if err := w.download(ctx, s, offered, wants, store); err != nil {
		return err
	}
	repository, err := gogit.Init(store, to)
	if errors.Is(err, gogit.ErrRepositoryAlreadyExists) { // of an attempt that was interrupted, or of another clone
		repository, err = gogit.Open(store, to)
	}
	if err != nil {
		return err
	}
	if err := w.checkOut(repository, head); err != nil {
		return err
	}
	if err := configure(git, w.config); err != nil || !w.modules {
		return err
	}
	return m.clone(ctx, w, repository, to, nested)
}

// choose returns the commits to be fetched, and what is to be checked out; a nil reference is the commit that the task names.
func (w *what) choose(refs storer.ReferenceStorer) (wants []plumbing.Hash, head *plumbing.Reference, err error) {
	switch {
	case w.commit != "":
		if !hashes.MatchString(w.commit) {
			return nil, nil, errors.New("commit must be a hash, or how one begins")
		}
		wants, err = heads(refs)
		return wants, nil, err
	case w.tag != "":
		head, err = storer.ResolveReference(refs, plumbing.NewTagReferenceName(w.tag))
		err = missing(err, "tag", w.tag)
	case w.branch != "":
		head, err = storer.ResolveReference(refs, plumbing.NewBranchReferenceName(w.branch))
		err = missing(err, "branch", w.branch)
	default:
		head, err = storer.ResolveReference(refs, plumbing.HEAD)
		err = missing(err, "branch", "HEAD")
	}
	if err != nil {
		return nil, nil, err
	}
	return []plumbing.Hash{head.Hash()}, head, nil
}

var hashes = regexp.MustCompile(`^[0-9a-fA-F]{4,40}$`)

func missing(err error, kind, name string) error {
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return fmt.Errorf("there is no %s %q", kind, name)
	}
	return err
}

// heads returns the newest commits of all branches and tags.
func heads(refs storer.ReferenceStorer) ([]plumbing.Hash, error) {
	all, err := refs.IterReferences()
	if err != nil {
		return nil, err
	}
	seen := map[plumbing.Hash]bool{}
	var wants []plumbing.Hash
	err = all.ForEach(func(r *plumbing.Reference) error {
		if r.Type() == plumbing.HashReference && (r.Name().IsBranch() || r.Name().IsTag()) && !seen[r.Hash()] {
			seen[r.Hash()] = true
			wants = append(wants, r.Hash())
		}
		return nil
	})
	return wants, err
}

// download fetches commits with all that they have.
func (w *what) download(ctx context.Context, s session, offered *packp.AdvRefs, wants []plumbing.Hash, to *filesystem.Storage) error {
	r := packp.NewUploadPackRequestFromCapabilities(offered.Capabilities)
	r.Wants = wants
	if w.depth > 0 && w.commit == "" && offered.Capabilities.Supports(capability.Shallow) {
		r.Depth = packp.DepthCommits(w.depth)
		if err := r.Capabilities.Set(capability.Shallow); err != nil {
			return err
		}
	}
	answer, err := s.UploadPack(ctx, r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	if len(answer.Shallows) > 0 {
		if err := to.SetShallow(answer.Shallows); err != nil {
			return err
		}
	}
	var pack io.Reader = answer
	switch {
	case r.Capabilities.Supports(capability.Sideband64k):
		pack = sideband.NewDemuxer(sideband.Sideband64k, answer)
	case r.Capabilities.Supports(capability.Sideband):
		pack = sideband.NewDemuxer(sideband.Sideband, answer)
	}
	return packfile.UpdateObjectStorage(to, task.Interruptible(ctx, pack))
}

// checkOut writes the files of what was fetched, and notes where it came from.
func (w *what) checkOut(r *gogit.Repository, head *plumbing.Reference) error {
	remote := &config.RemoteConfig{
		Name: origin, URLs: []string{w.address()}, Fetch: []config.RefSpec{config.RefSpec(fmt.Sprintf(config.DefaultFetchRefSpec, origin))},
	}
	if _, err := r.CreateRemote(remote); err != nil && !errors.Is(err, gogit.ErrRemoteExists) {
		return err
	}
	var at *plumbing.Reference
	switch {
	case head == nil:
		hash, err := r.ResolveRevision(plumbing.Revision(strings.ToLower(w.commit)))
		if err != nil || len(w.commit) == longest && hash.String() != strings.ToLower(w.commit) {
			return fmt.Errorf("there is no commit %s on a branch or tag", w.commit)
		}
		at = plumbing.NewHashReference(plumbing.HEAD, *hash)
	case head.Name().IsBranch():
		at = plumbing.NewSymbolicReference(plumbing.HEAD, head.Name())
		for _, name := range []plumbing.ReferenceName{head.Name(), plumbing.NewRemoteReferenceName(origin, head.Name().Short())} {
			if err := r.Storer.SetReference(plumbing.NewHashReference(name, head.Hash())); err != nil {
				return err
			}
		}
	default:
		if err := r.Storer.SetReference(head); err != nil && head.Name().IsTag() {
			return err
		}
		hash, err := r.ResolveRevision(plumbing.Revision(head.Hash().String() + "^{commit}"))
		if err != nil {
			return err
		}
		at = plumbing.NewHashReference(plumbing.HEAD, *hash)
	}
	if err := r.Storer.SetReference(at); err != nil {
		return err
	}
	now, err := r.Head()
	if err != nil {
		return err
	}
	tree, err := r.Worktree()
	if err != nil {
		return err
	}
	return tree.Reset(&gogit.ResetOptions{Mode: gogit.HardReset, Commit: now.Hash()})
}
