// What a script tells the server: outputs, metrics and log lines, each by a line of its output.
'use strict';

const tell = (message) => process.stdout.write('::' + JSON.stringify(message) + '::\n');
const metric = (type, name, value, tags) => tell({metrics: [{type, name, value, tags: tags || {}}]});
const log = (level) => (...parts) => tell({logs: [{level, message: parts.map((p) => (typeof p === 'string' ? p : JSON.stringify(p))).join(' ')}]});

const logger = {trace: log('TRACE'), debug: log('DEBUG'), info: log('INFO'), warn: log('WARN'), warning: log('WARN'), error: log('ERROR')};

module.exports = {
  // outputs adds an object to the outputs of the task, which flows read as outputs.<task>.vars.
  outputs: (values) => tell({outputs: values}),

  // counter tells a number of things, gauge a measured number.
  counter: (name, value, tags) => metric('counter', name, value, tags),
  gauge: (name, value, tags) => metric('gauge', name, value, tags),

  // timer tells how long something took: seconds, or a function that is called, with a function that it calls at the end if it takes one.
  timer: (name, duration, tags) => {
    if (typeof duration !== 'function') {
      return metric('timer', name, duration, tags);
    }
    const began = process.hrtime.bigint();
    const end = () => metric('timer', name, Number(process.hrtime.bigint() - began) / 1e9, tags);
    if (duration.length > 0) {
      return duration(end);
    }
    return Promise.resolve(duration()).then(end);
  },

  // logger returns what logs lines with their levels into the log of the execution.
  logger: () => logger,
};
