/* jamund: the sub-commands (work/cli.h) are all there is to main. */
#include "base/id.h"
#include "work/cli.h"

#include <unistd.h>

int main(int argc, char **argv)
{
    id_init();
    return cli_main(argc, argv, environ);
}
