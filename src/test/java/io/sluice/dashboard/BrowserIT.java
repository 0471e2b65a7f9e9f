package io.sluice.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.PairDStream;
import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.Charts;
import io.sluice.api.Pair;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page of a running context in a real Chromium; skipped where there is none. */
@Timeout(180)
class BrowserIT {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final String TOKEN = "let-me-see";
  private static final List<String> PAGES =
      List.of("overview", "batches", "charts", "plan", "cluster");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ChromeDriver browser;
  private StreamingContext context;
  private URI page;
  private Dashboard dashboard;

  /** Gives every batch more words than the one before. */
  private static final class Words extends ArrayDeque<RDD<String>> {
    private static final long serialVersionUID = 1L;

    private final transient StreamingContext context;
    private int round;

    Words(StreamingContext context) {
      this.context = context;
    }

    @Override
    public RDD<String> poll() {
      round++;
      return context.parallelize(List.of("ant", "bee", "bee", "round " + round % 50), 3);
    }
  }

  private static Optional<Long> add(List<Long> values, Optional<Long> total) {
    return Optional.of(total.orElse(0L) + values.size());
  }

  @BeforeEach
  void begin() {
    assumeTrue(
        Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
        "Needs Chromium and its driver: apt-get install chromium chromium-driver");
    context =
        StreamingContext.builder("browsed", Duration.ofMillis(200)).nodes(3).build();
    PairDStream<String, Long> totals = context
        .queueStream(new Words(context))
        .mapToPair(word -> Pair.of(word, 1L))
        .updateStateByKey(BrowserIT::add)
        .named("totals");
    totals.show("Totals", Charts.bar(3));
    totals.count().show("Keys", Charts.line());
    totals.show("All", Charts.table(5));
    totals.count().show("How many", Charts.value());
    dashboard = open(0, TOKEN);
    context.start();
    page = dashboard.uri();
    browser = new ChromeDriver(
        new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build(),
        new ChromeOptions()
            .setBinary(CHROMIUM.toFile())
            .addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1280,1000"));
  }

  @AfterEach
  void end() {
    if (browser != null) {
      browser.quit();
    }
    if (dashboard != null) {
      dashboard.close();
    }
    if (context != null) {
      context.stop();
    }
  }

  private Dashboard open(int port, String token) {
    Config config = ConfigFactory.parseMap(
            Map.of("sluice.dashboard.port", port, "sluice.dashboard.token", token))
        .withFallback(ConfigFactory.load());
    return Dashboard.open(context, DashboardSettings.from(config));
  }

  private void open(String name) {
    browser.get(page.resolve("/#/" + name).toString());
  }

  private void signIn() {
    open("overview");
    await(() -> !browser.findElements(By.id("token")).isEmpty());
    browser.findElement(By.id("token")).sendKeys(TOKEN);
    browser.findElement(By.cssSelector("form button")).click();
    await(() -> text("#health").equals("keeping up"));
  }

  private interface Condition {
    boolean holds();
  }

  private void await(Condition condition) {
    new WebDriverWait(browser, PATIENCE, Duration.ofMillis(50))
        .ignoring(StaleElementReferenceException.class)
        .withMessage(() -> browser.findElement(By.tagName("body")).getText())
        .until(driver -> condition.holds());
  }

  private String text(String selector) {
    return browser.findElements(By.cssSelector(selector)).stream()
        .findFirst()
        .map(WebElement::getText)
        .orElse("");
  }

  private String main() {
    return text("main");
  }

  @Test
  void theTokenIsAskedForAndAWrongOneIsRefused() {
    open("overview");
    await(() -> !browser.findElements(By.id("token")).isEmpty());
    browser.findElement(By.id("token")).sendKeys("not this one");
    browser.findElement(By.cssSelector("form button")).click();
    await(() -> text("[role=alert].bad").contains("not the token"));

    browser.findElement(By.id("token")).clear();
    browser.findElement(By.id("token")).sendKeys(TOKEN);
    browser.findElement(By.cssSelector("form button")).click();
    await(() -> main().contains("Input rate"));
  }

  @Test
  void batchesArriveAndOneOpensWithItsStagesAndTasks() {
    signIn();
    open("batches");
    String newest = "tbody tr:first-child td:first-child";
    await(() -> text(newest).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}"));
    String first = text(newest);
    await(() -> !text(newest).equals(first));

    await(() -> text("tbody tr:nth-child(6) td:nth-child(2)").equals("completed"));
    browser.findElement(By.cssSelector("tbody tr:nth-child(6) a")).click();
    await(() -> main().contains("Skew") && main().contains("shuffle in"));
    assertThat(browser.findElements(By.cssSelector(".task[role=img]"))).hasSizeGreaterThan(3);
    assertThat(browser.findElements(By.cssSelector(".lane"))).isNotEmpty();
  }

  @Test
  void aChartOfTheProgramMoves() {
    signIn();
    open("charts");
    await(() -> main().contains("Totals") && main().contains("bee"));
    String bee = "//tr[th='bee']/td[last()]";
    await(() -> !browser.findElements(By.xpath(bee)).isEmpty());
    String before = browser.findElement(By.xpath(bee)).getText();
    await(() -> !browser.findElement(By.xpath(bee)).getText().equals(before));
  }

  @Test
  void aKilledWorkerAppearsAsLostAndItsPartitionsWithOthers() {
    signIn();
    open("cluster");
    String victim = context.simulatedNodes().names().get(1);
    await(() -> main().contains(victim) && main().contains("totals"));
    String row = "//tr[td[1]='" + victim + "']";
    await(() -> browser.findElement(By.xpath(row)).getText().contains("working"));
    context.simulatedNodes().kill(victim);
    await(() -> browser.findElement(By.xpath(row)).getText().contains("lost"));

    await(() -> main().contains("Worker " + victim + " is lost"));
    await(() -> browser.findElements(By.xpath(row)).size() == 1);
  }

  @Test
  void aContextIsPausedAndResumed() {
    signIn();
    browser.findElement(By.xpath("//button[.='Pause']")).click();
    await(() -> text("#health").equals("paused"));
    browser.findElement(By.xpath("//button[.='Resume']")).click();
    await(() -> text("#health").equals("keeping up"));
  }

  /** As when a driver is started again on the same machine: who was let in is asked again. */
  @Test
  void aPageGoesOnWithTheNextServerAtItsAddress() {
    signIn();
    open("batches");
    await(() -> text("tbody tr:nth-child(2) td:nth-child(2)").equals("completed"));
    String last = text("tbody tr:first-child td:first-child");
    dashboard.close();
    await(() -> text("#banner").contains("No connection to the context"));

    dashboard = open(page.getPort(), "another-token");
    await(() -> !browser.findElements(By.id("token")).isEmpty());
    assertThat(text("#banner")).isEmpty();
    browser.findElement(By.id("token")).sendKeys("another-token");
    browser.findElement(By.cssSelector("form button")).click();
    await(() -> text("tbody tr:first-child td:first-child").compareTo(last) > 0);
    assertThat(text("#banner")).isEmpty();
  }

  @Test
  void thePlanShowsRatesOnItsArrows() {
    signIn();
    open("plan");
    await(() -> !browser.findElements(By.cssSelector(".graph path")).isEmpty());
    await(() -> browser.findElements(By.cssSelector(".graph text")).stream()
        .anyMatch(label -> label.getText().matches("[\\d,]+/s")));
    assertThat(text(".graph")).contains("remembers", "output ");
  }

  @Test
  void everyPageFitsAPhoneAndNoScriptFails() throws Exception {
    signIn();
    Path shots = Files.createDirectories(Path.of("target", "screenshots"));
    for (String scheme : List.of("light", "dark")) {
      browser.executeCdpCommand(
          "Emulation.setEmulatedMedia",
          Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
      for (int width : List.of(390, 1280)) {
        browser.manage().window().setSize(new Dimension(width, 1000));
        browser.executeCdpCommand(
            "Emulation.setDeviceMetricsOverride",
            Map.of("width", width, "height", 1000, "deviceScaleFactor", 1, "mobile", false));
        for (String name : PAGES) {
          open(name);
          await(() -> main().length() > 40);
          shoot(shots.resolve("%s-%s-%d.png".formatted(name, scheme, width)));
          assertThat(overflow()).as(name + " at " + width).isZero();
        }
        open("batches");
        await(() -> text("tbody tr:nth-child(6) td:nth-child(2)").equals("completed"));
        browser.findElement(By.cssSelector("tbody tr:nth-child(6) a")).click();
        await(() -> main().contains("Skew"));
        shoot(shots.resolve("batch-%s-%d.png".formatted(scheme, width)));
        assertThat(overflow()).as("batch at " + width).isZero();
      }
    }
    assertThat(browser.manage().logs().get(LogType.BROWSER))
        .filteredOn(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
        // Before the token was shown.
        .filteredOn(entry -> !entry.getMessage().contains("401"))
        .isEmpty();
  }

  private long overflow() {
    return browser.executeScript(
                "return Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)")
            instanceof Number surplus
        ? surplus.longValue()
        : -1;
  }

  private void shoot(Path file) throws Exception {
    // Charts are drawn in the frame after the one that made their place.
    browser.executeAsyncScript(
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))");
    Files.write(file, browser.getScreenshotAs(OutputType.BYTES));
  }
}
