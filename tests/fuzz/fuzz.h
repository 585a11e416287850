/* SPDX-License-Identifier: GPL-2.0 */
/* The functions that libFuzzer calls, and lbctl's main() by -D */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int lbctl_main(int argc, char **argv);

#endif
