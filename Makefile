# SPDX-License-Identifier: GPL-2.0
#
# The commands for people; `make help` lists them. The kernel's build reads
# Kbuild.
#
#	KVER=6.1.0-49-amd64	kernel to build for, default the running one
#	KDIR=DIR		its headers or build tree
#	T=, K=, D=, TURN=	selection of tests, see tests/run
#	SECS=, SEED=		duration and seed of random tests
#	B=			part of make bench
#
# W=, C=, CF=, KCFLAGS= and CONFIG_DRLB_SELFTEST=y reach the kernel's build.
# STRICT=y turns all warnings on and makes them errors.

.DELETE_ON_ERROR:
.SUFFIXES:

.DEFAULT_GOAL := all

# The kernel module is built in a tree of links, one for each kernel. This keeps
# the objects of kernels apart and the sources clean.

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
module: compile ## build only drlb.ko
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

# The benchmark's packet generator, and the module with faults for the tests.
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

# COVERAGE=y builds another lbctl, which counts the lines that are run.
ifdef COVERAGE
TOOLS	= build/coverage
LBCTL	= build/coverage/lbctl
CFLAGS	= -O0 -g --coverage
else
TOOLS	= build/lbctl
LBCTL	= lbctl
endif

lbctl: ## build only lbctl
$(LBCTL): $(OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(LIBS))

$(TOOLS)/%.o: tools/%.c Makefile
	@pkg-config $(LIBS) || { echo 'scripts/setup build gets it.'; exit 1; }
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Wall -Wextra -Werror -Itools -Ikmod/uapi \
		-MMD -MP $$(pkg-config --cflags $(LIBS)) -c -o $@ $<

# Prerequisites are expanded where they stand, so this rule must come after the
# definition of LBCTL.
.PHONY: all
all: module $(LBCTL) ## build drlb.ko and lbctl (the default)

-include $(OBJECTS:.o=.d)

# See it, check it.

.PHONY: coverage
coverage: ## run every test on a kernel that counts lines; T=names for some
	@T='$(T)' D='$(D)' tests/coverage

.PHONY: demo check check-debug check-valgrind soak fuzz gate bench bench-native bench-baseline clean help
demo: ## show the load balancer at work in a virtual machine
	@K='$(K)' scripts/demo

check: ## run every test; T=names, K=6.1|6.12, D=prerouting|ingress|turn|commit for some
	@T='$(T)' K='$(K)' D='$(D)' tests/run

check-debug: ## the same on debug kernels; K=kasan|lockdep|kcsan, D=both
	@T='$(T)' K='$(or $(K),kasan lockdep kcsan)' D='$(D)' tests/run

check-valgrind: ## run the scenarios with lbctl under valgrind: hours
	@T='$(T)' K='$(or $(K),6.12)' D='$(or $(D),turn)' VALGRIND=y tests/run

soak: ## real traffic under constant changes: 5 minutes a door; SECS=3600 for an hour
	@scripts/setup soak
	@T=24-soak K='$(K)' D='$(D)' tests/run

fuzz: ## give random input to lbctl and the packet parser; T=words SECS=60 SEED=1
	@tests/fuzz/run $(T)

gate: ## run the static checks
	@tests/run gate

bench: ## compare cost and memory with IPVS and others; B=name for a part
	@tests/bench/run $(B)

bench-native: ## measure nanoseconds in User-mode Linux: 20 minutes; B=profile
	@tests/bench/run native$(addprefix -,$(B))

bench-baseline: ## accept today's cost as the reference of make check
	@tests/bench/run baseline

clean: ## remove everything that was built, except kernels
	@rm -rf drlb.ko lbctl
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 \
		! -name '*kernel*' ! -name vm ! -name fuzz -exec rm -rf {} +

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' $(MAKEFILE_LIST) | \
		expand -t 20

include scripts/install.mk
