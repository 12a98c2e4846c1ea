/* User agents of any bytes; a bot's own word behind them, apart, always tells. */
#include <stdlib.h>
#include <string.h>

#include "protocol/user_agent.h"
#include "test/fuzz/event_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char bot[] = " bot";
    char *text = malloc(size + 1);
    char *declared = malloc(size + sizeof bot);
    require(text != NULL && declared != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    memcpy(declared, text, strlen(text));
    memcpy(declared + strlen(text), bot, sizeof bot);
    enum event_verdict verdict = user_agent_verdict(text);
    require(verdict == VERDICT_VALID || verdict == VERDICT_DECLARED_BOT);
    require(user_agent_verdict(declared) == VERDICT_DECLARED_BOT);
    free(text);
    free(declared);
    return 0;
}
