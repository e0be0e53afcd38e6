package harness

import (
	"fmt"
	"os"
)

// AllowCommands is the option of the global kestra block that lets flows run commands as the user of the test, who may be root.
var AllowCommands = fmt.Sprintf("allow_commands {\n\t\trun_as %d\n\t}", os.Getuid())
