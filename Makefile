# SPDX-License-Identifier: GPL-2.0
#
# What a person types; `make help` lists it. Kbuild is what the kernel reads.
#
#	KVER=6.1.0-49-amd64	kernel to build for, default the running one
#	KDIR=DIR		its headers or build tree
#	T=, K=, D=		what make check is to be confined to
#	SECS=, SEED=		how long and from which beginning what works by chance
#	B=			the part of make bench that is to be run
#
# W=, C=, CF=, KCFLAGS= and CONFIG_DRLB_SELFTEST=y reach the kernel's build;
# STRICT=y stands for all the warnings there are, as errors.

.DELETE_ON_ERROR:
.SUFFIXES:

.PHONY: all
all: module lbctl ## build drlb.ko and lbctl (the default)

# The kernel module: one tree of links for each kernel, so that objects for
# one never meet those for another, and the sources stay clean.

RUNNING := $(shell uname -r)

ifdef KDIR
KVER	?= $(shell awk -F'"' '/UTS_RELEASE/ { print $$2 }' \
		'$(KDIR)/include/generated/utsrelease.h')
else ifneq ($(wildcard /lib/modules/$(RUNNING)/build/Makefile),)
KVER	?= $(RUNNING)
else ifndef KVER
KVER	:= $(shell scripts/kernel version 2>/dev/null)
NOTE	= echo 'No headers of the running kernel $(RUNNING), building for $(KVER).'
endif
KDIR	?= $(shell scripts/kernel headers '$(KVER)')

VARIANT	= $(if $(filter y,$(CONFIG_DRLB_SELFTEST)),-selftest)
WARN	= $(if $(STRICT),W=1 C=1 CF=-Wsparse-error KCFLAGS=-Werror)
BUILD	= build/$(KVER)$(VARIANT)
MODULE	= $(BUILD)/drlb.ko

.PHONY: module compile
module: compile ## build drlb.ko alone
	@cp $(MODULE) .

compile:
	$(if $(KVER),,$(error No kernel headers here: scripts/setup build gets them))
	$(if $(KDIR),,$(error No headers of kernel $(KVER) here: give KDIR=))
	@$(NOTE)
	@mkdir -p $(BUILD)
	@find $(BUILD) -xtype l -delete
	@cp -rsf '$(CURDIR)/kmod' '$(CURDIR)/Kbuild' $(BUILD)
	@flock $(BUILD) $(MAKE) -C '$(KDIR)' M='$(CURDIR)/$(BUILD)' \
		$(WARN) modules

# The benchmark's packet generator and the tests' bad example, likewise.
generator: OTHER = tests/bench/gen
plant: OTHER = tests/debug/plant

.PHONY: generator plant
generator plant:
	@mkdir -p $(BUILD)-$@
	@cp -rsf '$(CURDIR)/$(OTHER)/.' $(BUILD)-$@
	@flock $(BUILD)-$@ $(MAKE) -C '$(KDIR)' \
		M='$(CURDIR)/$(BUILD)-$@' $(WARN) modules

# The command.

CFLAGS	?= -O2 -g
LIBS	= libmnl jansson
OBJECTS	= $(patsubst tools/%.c,$(TOOLS)/%.o,$(wildcard tools/*.c tools/*/*.c))

# COVERAGE=y: one beside it, which counts the lines that are run.
ifdef COVERAGE
TOOLS	= build/coverage
LBCTL	= build/coverage/lbctl
CFLAGS	= -O0 -g --coverage
else
TOOLS	= build/lbctl
LBCTL	= lbctl
endif

lbctl: ## build lbctl alone
$(LBCTL): $(OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(LIBS))

$(TOOLS)/%.o: tools/%.c Makefile
	@pkg-config $(LIBS) || { echo 'scripts/setup build gets it.'; exit 1; }
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Wall -Wextra -Werror -Itools -Ikmod/uapi \
		-MMD -MP $$(pkg-config --cflags $(LIBS)) -c -o $@ $<

-include $(OBJECTS:.o=.d)

# See it, check it.

.PHONY: coverage
coverage: ## every test again on a kernel that counts lines; T=names for some
	@T='$(T)' D='$(D)' tests/coverage

.PHONY: demo check check-debug check-valgrind soak fuzz gate bench bench-native bench-baseline clean help
demo: ## show it at work in a virtual machine, with real servers
	@K='$(K)' scripts/demo

check: ## run every test; T=names, K=6.1|6.12, D=prerouting|ingress|turn for some
	@T='$(T)' K='$(K)' D='$(D)' tests/run

check-debug: ## the same on kernels that watch themselves; K=kasan|lockdep|kcsan, D=both
	@T='$(T)' K='$(or $(K),kasan lockdep kcsan)' D='$(D)' tests/run

check-valgrind: ## the scenarios with lbctl under valgrind: hours
	@T='$(T)' K='$(or $(K),6.12)' D='$(or $(D),turn)' VALGRIND=y tests/run

soak: ## real traffic while all changes: 5 minutes a door; SECS=3600 for an hour
	@scripts/setup soak
	@T=24-soak K='$(K)' D='$(D)' tests/run

fuzz: ## random input to lbctl and the packet parser; T=words SECS=60 SEED=1
	@tests/fuzz/run $(T)

gate: ## the static part of the tests
	@tests/run gate

bench: ## cost and memory next to IPVS and others; B=name for a part
	@tests/bench/run $(B)

bench-native: ## the same in nanoseconds by User-mode Linux: 20 minutes; B=profile
	@tests/bench/run native$(addprefix -,$(B))

bench-baseline: ## accept today's cost as what make check compares with
	@tests/bench/run baseline

clean: ## remove what was built, but for kernels
	@rm -rf drlb.ko lbctl
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 \
		! -name '*kernel*' ! -name vm ! -name fuzz -exec rm -rf {} +

help: ## this list
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' $(MAKEFILE_LIST) | \
		expand -t 20

include scripts/install.mk
