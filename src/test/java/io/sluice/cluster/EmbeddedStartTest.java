package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import akka.actor.ExtensionIdProvider;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.SerializationExtension;
import akka.stream.SystemMaterializer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.Faults;
import io.sluice.api.Settings;
import org.junit.jupiter.api.Test;

class EmbeddedStartTest {

  /** What a library of the user's adds to every actor system. */
  public static final class Added extends AbstractExtensionId<Added.Instance>
      implements ExtensionIdProvider {

    static final Added ID = new Added();

    /** There as soon as the system is. */
    public static final class Instance implements Extension {}

    @Override
    public Instance createExtension(ExtendedActorSystem system) {
      return new Instance();
    }

    @Override
    public Added lookup() {
      return ID;
    }
  }

  @Test
  void serializersAndStreamsAreMadeWhenTheyAreFirstAskedFor() {
    try (LocalDeployment nodes = nodes(ConfigFactory.load())) {
      ActorSystem system = Adapter.toClassic(nodes.system());

      assertThat(system.hasExtension(SerializationExtension.lookup())).isFalse();
      assertThat(system.hasExtension(SystemMaterializer.lookup())).isFalse();

      assertThat(SerializationExtension.get(system).serialize("word").isSuccess())
          .isTrue();
      assertThat(SystemMaterializer.get(system).materializer().isShutdown()).isFalse();
    }
  }

  @Test
  void extensionsOfTheUsersLibrariesAreMadeAtTheStart() {
    Config config = ConfigFactory.parseString(
            "akka.library-extensions += \"%s\"".formatted(Added.class.getName()))
        .withFallback(ConfigFactory.load())
        .resolve();

    try (LocalDeployment nodes = nodes(config)) {
      assertThat(Adapter.toClassic(nodes.system()).hasExtension(Added.ID)).isTrue();
    }
  }

  private static LocalDeployment nodes(Config config) {
    return LocalDeployment.embedded(config, Settings.from(config), 1, Faults.NONE);
  }
}
