#include "platform/base/config.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace varve {
namespace {

using ::testing::HasSubstr;

std::string config_error(const std::function<void()>& run) {
  try {
    run();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Settings, EveryDefaultFitsItsOwnSetting) { EXPECT_NO_THROW(Config::parse("")); }

TEST(Settings, EveryKeyAndEveryEnvironmentNameIsThereOnce) {
  std::set<std::string> names;
  for (const Setting& setting : settings()) {
    EXPECT_TRUE(names.insert(environment_name(setting.key)).second) << setting.key;
  }
}

TEST(Config, LaterSourcesOverrideEarlierOnes) {
  const std::string toml = "[api]\nport = 1\n[kafka]\ngroup = 'g'\n[kafka.topics]\norder = 'o'\n";
  const std::vector<std::string> environment = {"VARVE_API__PORT=2", "HOME=/", "VARVE_BUILD=x"};
  EXPECT_EQ(Config::parse("").integer("api.port"), 8080);
  EXPECT_EQ(Config::parse(toml).integer("api.port"), 1);
  EXPECT_EQ(Config::parse(toml, environment).integer("api.port"), 2);
  EXPECT_EQ(Config::parse(toml, environment, {{"api.port", "3"}}).integer("api.port"), 3);
  EXPECT_EQ(Config::parse(toml).text("kafka.group"), "g");
  EXPECT_EQ(Config::parse(toml).text("kafka.topics.order"), "o");
  EXPECT_EQ(Config::parse(toml).text("kafka.topics.system"), "bss.system.metrics");
}

TEST(Config, ErrorsNameTheKeyAndItsOrigin) {
  const struct {
    const char* why;
    const char* toml;
    std::vector<std::string> environment;
    Config::Overrides flags;
    std::vector<const char*> names;
  } cases[] = {
      {"unknown key", "[api]\nprot = 1", {}, {}, {"varve.toml", "unknown", "api.prot"}},
      {"unknown section", "[apis]\nport = 1", {}, {}, {"varve.toml", "unknown", "apis.port"}},
      {"unknown top level", "port = 1", {}, {}, {"unknown", "port"}},
      {"too large", "[api]\nport = 65536", {}, {}, {"api.port", "65536", "from 0 to 65535"}},
      {"not an integer", "[api]\nport = 'x'", {}, {}, {"api.port", "integer"}},
      {"not a scalar", "[api]\nport = [1]", {}, {}, {"api.port", "string or an integer"}},
      {"not a choice", "[log]\nlevel = 'loud'", {}, {}, {"log.level", "loud", "debug|info"}},
      {"prefix of a choice", "[log]\nlevel = 'inf'", {}, {}, {"log.level"}},
      {"empty choice", "[log]\nlevel = ''", {}, {}, {"log.level"}},
      {"syntax", "[api]\nport =", {}, {}, {"varve.toml, line 2"}},
      {"environment", "", {"VARVE_API__PROT=1"}, {}, {"environment", "VARVE_API__PROT"}},
      {"environment's value", "", {"VARVE_API__PORT=-1"}, {}, {"VARVE_API__PORT", "api.port"}},
      {"flag", "", {}, {{"api.port", "1x"}}, {"flag --api.port"}},
  };
  for (const auto& c : cases) {
    const auto message = config_error([&] { Config::parse(c.toml, c.environment, c.flags); });
    for (const char* name : c.names) EXPECT_THAT(message, HasSubstr(name)) << c.why;
  }
}

TEST(Config, AFileThatIsNamedMustBeThere) {
  EXPECT_THAT(config_error([] { Config::load("/nonexistent/varve.toml", {}, {}); }),
              HasSubstr("/nonexistent/varve.toml"));
}

TEST(Config, TheDocumentationListsEverySetting) {
  std::ifstream file(VARVE_SOURCE_DIR "/docs/configuration.md");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_NE(text.find(settings_markdown()), std::string::npos)
      << "put the output of `varved --settings` there";
}

}  // namespace
}  // namespace varve
