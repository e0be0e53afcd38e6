package runner

import (
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// A store may fail for a while, as when the disk is full. An execution that was accepted goes on when the store is well again: what has
// happened is committed then, and nothing of it is done again.

// storePause is how long a runner waits before it asks a store again that has failed.
const storePause = time.Second

// errUnkept ends the driving of an actor that asks the store once more; it goes on by itself.
var errUnkept = errors.New("the store has failed, and is asked again")

// passes reports whether an error of the store may pass by itself.
func passes(err error) bool { return errors.Is(err, execution.ErrUnavailable) }

// giveUp leaves an execution as it was committed last, since nothing has happened to it since, until the store is well again.
func (a *actor) giveUp(err error) {
	a.span.End("", true)
	r := a.runner
	a.mu.Lock()
	a.gone = true
	a.mu.Unlock()
	a.stopTimers()
	r.mu.Lock()
	delete(r.runs, a.state.ID)
	r.parked[a.state.ID] = &parked{setup: a.setup, handle: a.open()}
	r.checkDrained()
	r.mu.Unlock()
	a.vacate()
	r.later(a.state.ID, err)
}

// comesAgain reports whether an effect is performed once more, as it stands, when it has ended with this error.
func (a *actor) comesAgain(err error) bool {
	return errors.Is(err, errOutdated) || a.mayPass(err)
}

// mayPass reports whether an error of the store may pass by itself, and the execution waits for that.
func (a *actor) mayPass(err error) bool { return a.state.Version > 0 && passes(err) }

// stuck says what becomes of an actor that could not do what comes next. If the store is the reason it goes on with that when the store
// may be well again. Else the execution is given up.
func (a *actor) stuck(message string, err error) error {
	if !a.mayPass(err) {
		return a.broken(message, err)
	}
	if !a.asks {
		log := a.log()
		log.Journal = nil // it may not be kept either
		log.Log(task.Error, message+" now, which is tried again", zap.Error(err))
	}
	a.asks = true
	a.holdOn()
	a.getUp()
	time.AfterFunc(storePause, func() { a.runner.schedule(a) })
	return errUnkept
}

// holdOn keeps what those who wait for the execution are told of it, and lets them find its actor.
func (a *actor) holdOn() {
	a.unkept = a.snapshot()
	r := a.runner
	r.mu.Lock()
	defer r.mu.Unlock()
	a.open()
	r.runs[a.state.ID] = a
}

// persist commits the barrier that the actor has come to, as soon as the store can, and lets it go on from there. Until then nobody
// else drives it, and it keeps its desk.
func (a *actor) persist(err error, park *execution.Park) {
	r := a.runner
	log := a.log()
	log.Journal = nil // it could not be kept either
	log.Log(task.Error, "the execution could not be kept, which is tried again", zap.Error(err))
	a.holdOn()
	r.working.Go(func() {
		for {
			timer := time.NewTimer(storePause)
			select {
			case <-timer.C:
			case <-r.context.Done():
				timer.Stop()
				a.getUp()
				a.finish(ErrStopping)
				return
			}
			if err = a.commit(r.context, park); !passes(err) {
				break
			}
		}
		ended := a.state.Over()
		a.getUp()
		switch {
		case err != nil:
			a.finish(a.broken("the execution could not be kept", err))
		case park != nil:
			a.leave()
		case ended:
			a.finish(nil)
		default:
			a.setTimers()
			r.schedule(a)
		}
	})
}
