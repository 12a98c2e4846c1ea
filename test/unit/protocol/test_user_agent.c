/* User agents of bots and tools, and of viewers that look like them. */
#include "protocol/user_agent.h"

#include <string.h>

#include <check.h>

#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define WEBKIT "AppleWebKit/537.36 (KHTML, like Gecko) "

static const char *const bots[] = {
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 " WEBKIT "(compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (Linux; Android 7.0;) " WEBKIT "Mobile Safari/537.36 (compatible; PetalBot;x)",
    "AdsBot-Google (+http://www.google.com/adsbot.html)",
    "Mozilla/5.0 " WEBKIT "Chrome/103.0.5060.134 Safari/537.36 (compatible; GPTBot/1.0)",
    "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
    "Twitterbot/1.0",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 (compatible; Baiduspider-render/2.0)",
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    "Mozilla/5.0 (Linux; Android 5.0) " WEBKIT "Mobile Safari/537.36 (compatible; Bytespider)",
    "Mozilla/5.0 (compatible; DataForSeoCrawler/1.0)",
    "crawler4j (https://github.com/yasserg/crawler4j/)",
    "BUbiNG, my crawlers",
    "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
    "Mediapartners-Google",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
    "ia_archiver (+http://www.alexa.com/site/help/webmasters; crawler@alexa.com)",
    "Mozilla/5.0 (X11; Linux x86_64) " WEBKIT "HeadlessChrome/119.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11; moto g power) " WEBKIT
    "Chrome/119.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse",
    "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 PhantomJS/2.1.1 Safari/538.1",
    "curl/7.88.1",
    "CURL/8.0",
    "curl",
    "libcurl-agent/1.0",
    "Wget/1.21.3",
    "Mozilla/5.0 (compatible; Wget)",
    "python-requests/2.31.0",
    "Python-urllib/3.11",
    "Python/3.11 aiohttp/3.8.5",
    "Scrapy/2.11.0 (+https://scrapy.org)",
    "libwww-perl/6.67",
    "HTTPie/3.2.1",
    "PostmanRuntime/7.32.3",
    "ApacheBench/2.3",
    "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
    "Mozilla/5.0 zgrab/0.x",
    "a bot",
    "bot",
    "BOT2",
};

static const char *const viewers[] = {
    "",
    " ",
    "-",
    "0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " WEBKIT "Chrome/119.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.1 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/438.0.0.37.108;FBBV/525202519]",
    /* phones of a maker whose name ends so */
    "Mozilla/5.0 (Linux; Android 10; CUBOT_X20_PRO) " WEBKIT "Chrome/96.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 20 PRO Build/SP1A) " WEBKIT "Mobile Safari/537.36",
    "Dalvik/2.1.0 (Linux; U; Android 9; Cubot)",
    "CUBOT",
    /* TVs, boxes and consoles */
    "AppleCoreMedia/1.0.0.20L563 (Apple TV; U; CPU OS 16_5 like Mac OS X; en_us)",
    "Roku/DVP-12.5 (12.5.0.4178-88)",
    "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) " WEBKIT "76.0.3809.146/6.0 TV Safari/537.36",
    "Mozilla/5.0 (Web0S; Linux/SmartTV) " WEBKIT "Chrome/79.0.3945.79 Safari/537.36 WebAppManager",
    "Mozilla/5.0 (Linux; NetCast; U) " WEBKIT "Chrome/87.0.4280.88 Safari/537.36 SmartTV/10.0",
    "Mozilla/5.0 (Linux; Andr0id 9; BRAVIA 4K VH2) " WEBKIT "Chrome/88.0 Safari/537.36 OPR/46.0",
    "Mozilla/5.0 (Linux; Android 9; AFTMM Build/PS7633.3445N; wv) " WEBKIT "Version/4.0 "
    "Chrome/108.0.5359.160 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux armv7l) " WEBKIT "Chrome/109.0 Safari/537.36 CrKey/1.56.500000",
    "Opera/9.80 (Linux mips; U; HbbTV/1.1.1 (; Philips; ; ; ; ) CE-HTML/1.0 ; en) Version/10.70",
    "Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) " WEBKIT "Edge/44.18363.8131",
    "Kodi/20.2 (Linux; Android 9.0) App_Bitness/32 Version/20.2-(20.2.0)-Git:20230629",
    /* players, and what apps and ad servers send with */
    "VLC/3.0.18 LibVLC/3.0.18",
    "Lavf/58.76.100",
    "GStreamer souphttpsrc 1.20.3 libsoup/2.74.2",
    "stagefright/1.2 (Linux;Android 9)",
    "ExoPlayerLib/2.18.1",
    "MyApp/3.1 (Linux;Android 13) ExoPlayerLib/2.19.1",
    "NSPlayer/12.00.19041.0001 WMFSDK/12.00.19041.0001",
    "okhttp/4.12.0",
    "Dalvik/2.1.0 (Linux; U; Android 13; SM-G991B Build/TP1A.220624.014)",
    "MyApp/217 CFNetwork/1474 Darwin/23.0.0",
    "Dart/3.1 (dart:io)",
    "AWS Elemental MediaTailor",
    "Go-http-client/2.0",
    "Apache-HttpClient/4.5.14 (Java/17.0.8)",
    "axios/1.5.0",
    "Java/17.0.8",
    /* words that only begin or go on like those above */
    "curlew/1.0",
    "Wgetter/1.0",
    "Bottle/1.0",
    "Abbotts/1.0",
    "Spiderman/1.0",
    "MyCurl/1.0",
    "Python/3.11",
    "bo",
    "spide",
};

START_TEST(bot_says_so)
{
    ck_assert_msg(user_agent_verdict(bots[_i]) == VERDICT_DECLARED_BOT, "%s", bots[_i]);
}
END_TEST

START_TEST(viewer_is_none)
{
    ck_assert_msg(user_agent_verdict(viewers[_i]) == VERDICT_VALID, "%s", viewers[_i]);
}
END_TEST

START_TEST(none_at_all_is_valid)
{
    ck_assert_int_eq(user_agent_verdict(NULL), VERDICT_VALID);
}
END_TEST

START_TEST(takes_any_byte)
{
    char text[256];
    for (int i = 0; i < 255; i++)
        text[i] = (char)(i + 1);
    text[255] = '\0';
    ck_assert_int_eq(user_agent_verdict(text), VERDICT_VALID);
    memcpy(text + 128, "\xc3\xa4 bot\xff", 7);
    ck_assert_int_eq(user_agent_verdict(text), VERDICT_DECLARED_BOT);
}
END_TEST

Suite *user_agent_suite(void)
{
    Suite *suite = suite_create("user_agent");
    TCase *tcase = tcase_create("user_agent");
    tcase_add_loop_test(tcase, bot_says_so, 0, COUNT(bots));
    tcase_add_loop_test(tcase, viewer_is_none, 0, COUNT(viewers));
    tcase_add_test(tcase, none_at_all_is_valid);
    tcase_add_test(tcase, takes_any_byte);
    suite_add_tcase(suite, tcase);
    return suite;
}
