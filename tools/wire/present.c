// SPDX-License-Identifier: GPL-2.0
#include "wire/config.h"
#include "wire/device.h"
#include "wire/present.h"
#include "wire/service.h"

int present_read(struct nl *nl, struct present *present)
{
	if (devices_read(nl, &present->devices) ||
	    config_read(nl, &present->config, &present->defaults) ||
	    services_read_brief(nl, &present->services))
		return -1;
	return 0;
}

void present_free(struct present *present)
{
	services_free(&present->services);
	devices_free(&present->devices);
}
