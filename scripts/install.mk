# SPDX-License-Identifier: GPL-2.0
#
# make install, install-realserver and uninstall. The Makefile includes this
# file and builds the programs.
#
#   DESTDIR  root of the tree to install into, for images and packages
#   PREFIX   /usr/local; /usr for packages

DESTDIR		?=
PREFIX		?= /usr/local

SBINDIR		= $(PREFIX)/sbin
MANDIR		= $(PREFIX)/share/man
COMPLETIONDIR	= $(PREFIX)/share/bash-completion/completions
MODULEDIR	= /lib/modules/$(KVER)/updates
# systemd reads units only below these two directories.
UNITDIR		= $(if $(filter /usr,$(PREFIX)),/usr,/usr/local)/lib/systemd/system

to = '$(DESTDIR)$(1)'

# FILE,PLACE: a configuration file is never overwritten. If the existing file
# differs, the new one is installed beside it.
define install_conf
@if [ ! -e $(call to,$(2)) ]; then \
	echo "install -D -m 644 $(1) $(DESTDIR)$(2)"; \
	install -D -m 644 $(1) $(call to,$(2)); \
elif cmp -s $(1) $(call to,$(2)); then \
	rm -f $(call to,$(2).new); \
else \
	install -m 644 $(1) $(call to,$(2).new); \
	echo "$(DESTDIR)$(2) was changed and is kept; the new file is $(2).new"; \
fi
endef

define uninstall_conf
@rm -f $(call to,$(2).new)
@if cmp -s $(1) $(call to,$(2)); then \
	echo "rm $(DESTDIR)$(2)"; \
	rm $(call to,$(2)); \
elif [ -e $(call to,$(2)) ]; then \
	echo "$(DESTDIR)$(2) was changed and is kept"; \
fi
endef

define install_unit
@echo "install -D -m 644 $(1) $(DESTDIR)$(UNITDIR)/$(notdir $(1))"
@install -D -m 644 $(1) $(call to,$(UNITDIR)/$(notdir $(1)))
@sed -i 's|@SBINDIR@|$(SBINDIR)|' $(call to,$(UNITDIR)/$(notdir $(1)))
endef

# A staging directory without a kernel needs no index.
define run_depmod
@if [ -z '$(DESTDIR)' ]; then \
	[ ! -e '/lib/modules/$(KVER)/modules.builtin' ] || depmod '$(KVER)'; \
elif [ -e $(call to,/lib/modules/$(KVER)/modules.builtin) ]; then \
	depmod -b '$(DESTDIR)' '$(KVER)'; \
fi
endef

# Removes the modules of all kernels, and needs no headers.
define uninstall_modules
@for dir in $(call to,/lib/modules)/*; do \
	[ -e "$$dir/updates/drlb.ko" ] || continue; \
	echo "rm $$dir/updates/drlb.ko"; \
	rm "$$dir/updates/drlb.ko"; \
	[ ! -e "$$dir/modules.builtin" ] || \
		depmod $(if $(DESTDIR),-b '$(DESTDIR)') "$${dir##*/}"; \
done
endef

define reload_systemd
@if [ -z '$(DESTDIR)' ] && [ -d /run/systemd/system ]; then \
	systemctl daemon-reload; \
fi
endef

.PHONY: install install-director install-realserver uninstall

install: install-director install-realserver ## install everything, see scripts/install.mk

# A module can only be loaded by a kernel that is installed.
define check_kernel
@[ -n '$(DESTDIR)' ] || [ -e '/lib/modules/$(KVER)/modules.builtin' ] || { \
	echo 'install: kernel $(KVER) is not installed here; choose another one with KVER=' >&2; \
	exit 1; \
}
endef

install-director: module lbctl
	$(check_kernel)
	install -D -m 644 $(MODULE) $(call to,$(MODULEDIR)/drlb.ko)
	$(run_depmod)
	install -D -m 755 lbctl $(call to,$(SBINDIR)/lbctl)
	install -D -m 755 scripts/drlb-upgrade $(call to,$(SBINDIR)/drlb-upgrade)
	install -D -m 644 tools/lbctl.8 $(call to,$(MANDIR)/man8/lbctl.8)
	install -D -m 644 scripts/drlb.7 $(call to,$(MANDIR)/man7/drlb.7)
	install -D -m 644 tools/lbctl.bash $(call to,$(COMPLETIONDIR)/lbctl)
	$(call install_unit,scripts/drlb.service)
	$(call install_conf,scripts/modprobe.conf,/etc/modprobe.d/drlb.conf)
	$(call install_conf,scripts/modules-load.conf,/etc/modules-load.d/drlb.conf)
	$(call install_conf,scripts/drlb.conf,/etc/drlb.conf)
	$(reload_systemd)

# A real server needs no compiler and no kernel module.
install-realserver: ## install only drlb-realserver and its unit
	install -D -m 755 scripts/drlb-realserver $(call to,$(SBINDIR)/drlb-realserver)
	install -D -m 644 scripts/drlb-realserver.8 $(call to,$(MANDIR)/man8/drlb-realserver.8)
	$(call install_unit,scripts/drlb-realserver@.service)
	$(reload_systemd)

# Running services and VIPs are not stopped.
uninstall: ## remove the installed files, except changed configuration
	@if [ -z '$(DESTDIR)' ] && [ -d /run/systemd/system ]; then \
		systemctl --quiet disable drlb.service drlb-realserver@.service || :; \
	fi
	$(uninstall_modules)
	rm -f $(call to,$(SBINDIR)/lbctl) $(call to,$(SBINDIR)/drlb-upgrade)
	rm -f $(call to,$(SBINDIR)/drlb-realserver)
	rm -f $(call to,$(MANDIR)/man8/lbctl.8) $(call to,$(MANDIR)/man7/drlb.7)
	rm -f $(call to,$(MANDIR)/man8/drlb-realserver.8)
	rm -f $(call to,$(COMPLETIONDIR)/lbctl)
	rm -f $(call to,$(UNITDIR)/drlb.service)
	rm -f $(call to,$(UNITDIR)/drlb-realserver@.service)
	$(call uninstall_conf,scripts/modprobe.conf,/etc/modprobe.d/drlb.conf)
	$(call uninstall_conf,scripts/modules-load.conf,/etc/modules-load.d/drlb.conf)
	$(call uninstall_conf,scripts/drlb.conf,/etc/drlb.conf)
	$(reload_systemd)
