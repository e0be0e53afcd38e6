package docker

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/client"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func buildSpec(d *Docker) flow.Spec {
	texts := func(name, summary string) flow.Property {
		return flow.Property{Name: name, Type: flow.Map, Dynamic: true, JSONText: true, Texts: true, Summary: summary}
	}
	return flow.Spec{
		Type:      prefix + "Build",
		Summary:   "Have the daemon build an image of the files of the directory, and push it.",
		Directory: true,
		Properties: withRegistry(
			flow.Property{Name: "dockerfile", Type: flow.String, Required: true, Dynamic: true, Summary: "The name of the Dockerfile in the directory, or its text."},
			tags("The names of the image, as in `registry.example.com/shop:1.0`."),
			flow.Property{Name: "push", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Whether the image is pushed by all its names."},
			flow.Property{Name: "pull", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether images that it is made of are pulled even if the daemon has them."},
			flow.Property{Name: "platforms", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "The platform that the image is for, as in `linux/arm64`; one at most. Without it, that of the daemon."},
			texts("buildArgs", "Values of the `ARG`s of the Dockerfile."),
			texts("labels", "Labels of the image."),
			directory.InputsProperty("inputFiles"),
			directory.NamespaceFilesProperty("namespaceFiles"),
		),
		Outputs: []flow.TaskOutput{{Name: "imageId", Type: flow.TypeString, Summary: "The id of the image."}},
		Example: "id: build\ntype: " + prefix + "Build\ninputFiles:\n  index.html: \"<h1>{{ flow.id }}</h1>\"\ndockerfile: |\n  FROM nginx\n  COPY index.html /usr/share/nginx/html\ntags: [site:latest]\n",
		Compile: func(c *flow.Component) (any, error) { return compileBuild(c, d) },
	}
}

// build is a task that builds an image.
type build struct {
	docker     *Docker
	m          *flow.Members
	dockerfile *pebble.Template
	inputs     *directory.Inputs
	namespaces *directory.NamespaceFiles
}

func compileBuild(c *flow.Component, d *Docker) (any, error) {
	b := &build{docker: d, m: &c.Members, dockerfile: c.Template("dockerfile"), inputs: directory.NewInputs(c, "inputFiles")}
	var err error
	b.namespaces, err = directory.CompileNamespaceFiles(c, "namespaceFiles")
	errs := []error{container.CheckHost(&c.Members, d), err}
	if c.Value("platforms").List().Len() > 1 {
		errs = append(errs, c.Errorf("platforms", "%w", errPlatforms))
	}
	return b, errors.Join(errs...)
}

var errPlatforms = errors.New("the daemon builds for one platform at a time: write one task for each")

// Run implements [task.Task].
func (b *build) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	images, err := imagesOf(c, b.m)
	if err != nil {
		return task.Result{}, err
	}
	all, err := container.RenderRegistries(c, b.m, images[0])
	if err != nil {
		return task.Result{}, err
	}
	push, err := setting.Of(b.m, "push").OnOff(c, false)
	if err != nil {
		return task.Result{}, err
	}
	options, err := b.options(c, images, all)
	if err != nil {
		return task.Result{}, err
	}
	dir, err := b.directory(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	defer b.leave(c, dir)
	id, err := b.build(ctx, c, dir, options)
	if err != nil {
		return task.Result{}, orEnded(ctx, err)
	}
	outputs := value.MapOf("imageId", value.String(id))
	if push {
		err = b.docker.push(ctx, c, images, all)
	}
	return task.Result{Outputs: outputs, Failure: err}, nil
}

// directory opens the directory that the image is built of, with its files.
func (b *build) directory(ctx context.Context, c *task.Context) (dir *task.Directory, err error) {
	if c.Shared.Run == "" {
		dir, err = directory.Make(ctx, c)
	} else {
		dir, err = directory.Open(ctx, c, c.Shared)
	}
	if err == nil && b.namespaces != nil {
		err = b.namespaces.Put(ctx, c, dir)
	}
	if err == nil && b.inputs != nil {
		err = b.inputs.Put(ctx, c, dir)
	}
	if err != nil && dir != nil {
		b.leave(c, dir)
		return nil, err
	}
	return dir, err
}

// leave closes the directory, and removes it if it is that of the task alone.
func (b *build) leave(c *task.Context, dir *task.Directory) {
	_ = dir.Close() // it was only read
	if c.Shared.Run == "" {
		c.Directories.RemoveDirectory(c.Origin)
	}
}

func (b *build) options(c *task.Context, images []string, all container.Registries) (client.ImageBuildOptions, error) {
	out := client.ImageBuildOptions{Tags: images, Remove: true, ForceRemove: true, AuthConfigs: map[string]registry.AuthConfig{}}
	for host, one := range all {
		if host == container.Hub { // what the daemon calls it
			host = "https://index.docker.io/v1/"
		}
		out.AuthConfigs[host] = authConfig(one)
	}
	var err error
	if out.PullParent, err = setting.Of(b.m, "pull").OnOff(c, true); err != nil {
		return out, err
	}
	platforms, err := setting.Texts(c, "platforms", b.m.Structure("platforms"))
	switch {
	case err != nil:
		return out, err
	case len(platforms) > 1:
		return out, errPlatforms
	case len(platforms) == 1:
		parts := append(strings.SplitN(platforms[0], "/", 3), "", "")
		out.Platforms = []v1.Platform{{OS: parts[0], Architecture: parts[1], Variant: parts[2]}}
	}
	args, err := setting.Map(c, "buildArgs", b.m.Structure("buildArgs"))
	if err != nil {
		return out, err
	}
	out.BuildArgs = map[string]*string{}
	for name, v := range args.All() {
		text := value.Text(v)
		out.BuildArgs[name] = &text
	}
	labels, err := setting.Map(c, "labels", b.m.Structure("labels"))
	out.Labels = map[string]string{}
	for name, v := range labels.All() {
		out.Labels[name] = value.Text(v)
	}
	return out, err
}

// inlineName is that of a Dockerfile which the directory has not, in the archive.
const inlineName = ".kestra_webhook.dockerfile"

// build has the daemon build the image, and returns its id.
func (b *build) build(ctx context.Context, c *task.Context, dir *task.Directory, options client.ImageBuildOptions) (id string, err error) {
	text, err := b.dockerfile.Render(c.Pebble)
	if err != nil {
		return "", err
	}
	options.Dockerfile = inlineName
	if name := strings.TrimSpace(text); fs.ValidPath(name) && !strings.Contains(name, "\n") {
		if info, err := dir.Stat(name); err == nil && info.Mode().IsRegular() {
			options.Dockerfile, text = name, ""
		} else if !strings.Contains(name, " ") { // no text of a Dockerfile is one word
			return "", fmt.Errorf("there is no file %s in the directory", name)
		}
	}
	ignored, err := ignoredFiles(dir, options.Dockerfile)
	if err != nil {
		return "", err
	}
	err = streamed(func(w *tar.Writer) error {
		if err := writeFolder(w, dir, "", ignored); err != nil || options.Dockerfile != inlineName {
			return err
		}
		err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: inlineName, Size: int64(len(text)), Mode: 0o644})
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		return err
	}, func(archive io.Reader) error {
		answer, err := b.docker.api.ImageBuild(ctx, archive, options)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		id, err = readBuild(answer.Body, func(line string) { c.Log.Log(task.Info, line) })
		return err
	})
	if err != nil {
		return "", fmt.Errorf("the image cannot be built: %w", err)
	}
	return id, nil
}

const built = "Successfully built "

// readBuild reads what the daemon says of a build, and returns the id of the image.
func readBuild(from io.Reader, log func(string)) (id string, err error) {
	messages := func(yield func(jsonstream.Message, error) bool) {
		decoder := json.NewDecoder(from)
		for {
			var m jsonstream.Message
			err := decoder.Decode(&m)
			if errors.Is(err, io.EOF) || !yield(m, err) || err != nil {
				return
			}
		}
	}
	err = read(messages, func(m *jsonstream.Message) {
		if told := auxID(m); told != "" {
			id = told
		}
		line := strings.TrimSpace(m.Stream)
		if short, found := strings.CutPrefix(line, built); found && id == "" {
			id = short
		}
		if line != "" {
			log(line)
		}
	})
	if err == nil && id == "" {
		err = errors.New("the daemon tells no image")
	}
	return id, err
}

// ignoredFiles returns what leaves out the files that .dockerignore names, or that beside the Dockerfile with its name; nil: nothing.
func ignoredFiles(dir *task.Directory, dockerfile string) (func(name string, isDir bool) (bool, error), error) {
	f, err := dir.Open(dockerfile + ".dockerignore")
	if err != nil {
		f, err = dir.Open(".dockerignore")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf(".dockerignore: %w", pathless.Cause(err))
	}
	defer f.Close()
	patterns, err := ignorefile.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf(".dockerignore: %w", err)
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, fmt.Errorf(".dockerignore: %w", err)
	}
	return func(name string, isDir bool) (bool, error) {
		if name == dockerfile || name == ".dockerignore" { // the daemon needs them
			return false, nil
		}
		left, err := m.MatchesOrParentMatches(name)
		return left && !(isDir && (m.Exclusions() || strings.HasPrefix(dockerfile, name+"/"))), err
	}, nil
}
