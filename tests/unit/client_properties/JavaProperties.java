import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Says what Kafka's own clients make of properties texts, by name:
 * java -cp (the jars of Kafka 4.3.1 and Jackson) JavaProperties.java java_properties.json
 * rewrites what stands beside each text in that file. Nothing is connected to but a token endpoint
 * of its own.
 */
class JavaProperties {
    private static final int TOKENS = 18473;

    public static void main(String[] files) throws Exception {
        File file = new File(files[0]);
        ObjectMapper json = new ObjectMapper().enable(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());
        System.setProperty("org.apache.kafka.sasl.oauthbearer.allowed.urls",
            "http://127.0.0.1:" + TOKENS + "/token,HTTP://127.0.0.1:" + TOKENS + "/token");
        HttpServer tokens = sellTokens();
        JsonNode table = json.readTree(file);
        try (PrintWriter out = new PrintWriter(file, "US-ASCII")) {
            out.print("{");
            String comma = "\n";
            for (String section : List.of("pem", "unsupported", "texts", "clients")) {
                out.print(comma + json.writeValueAsString(section) + ": {");
                String between = "\n";
                for (var one : table.get(section).properties()) {
                    Object value = switch (section) {
                        case "texts" -> answer(one.getKey(), JavaProperties::loaded);
                        case "clients" -> answer(filled(one.getKey(), table.get("pem")), JavaProperties::understood);
                        default -> one.getValue();
                    };
                    out.print(between + json.writeValueAsString(one.getKey()) + ": " + json.writeValueAsString(value));
                    between = ",\n";
                }
                out.print("\n}");
                comma = ",\n";
            }
            out.print("\n}\n");
        }
        tokens.stop(0);
        System.exit(0);
    }

    private interface Reading {
        Map<String, Object> of(Properties given);
    }

    /** What is made of a text, or `refused` with the words of the innermost exception. */
    private static Map<String, Object> answer(String text, Reading reading) {
        Properties given = new Properties();
        try {
            given.load(new StringReader(text));
            return reading.of(given);
        } catch (Exception | Error refused) {
            Throwable innermost = refused;
            while (innermost.getCause() != null && innermost.getCause().getMessage() != null) {
                innermost = innermost.getCause();
            }
            return Map.of("refused", innermost.getMessage().lines().findFirst().orElse(""));
        }
    }

    /** A text with the PEM texts for their names, and with a server where it names none. */
    private static String filled(String text, JsonNode pem) {
        for (var one : pem.properties()) {
            text = text.replace("@" + one.getKey() + "@", one.getValue().asText());
        }
        return text.contains("bootstrap.servers") ? text : "bootstrap.servers=localhost:9092\n" + text;
    }

    private static Map<String, Object> loaded(Properties given) {
        return Map.of("properties", new TreeMap<>(given));
    }

    /** The values that are read otherwise than they stand there. */
    private static Map<String, Object> understood(Properties given) {
        Properties consumer = new Properties();
        consumer.putAll(given);
        consumer.put("key.deserializer", ByteArrayDeserializer.class.getName());
        consumer.put("value.deserializer", ByteArrayDeserializer.class.getName());
        AdminClientConfig config = new AdminClientConfig(given);
        ConsumerConfig read = new ConsumerConfig(consumer);
        try {
            Admin.create(given).close(Duration.ZERO);
            new KafkaConsumer<byte[], byte[]>(consumer).close(Duration.ZERO);
        } catch (RuntimeException failed) {
            if (!isUnresolved(failed)) {
                throw failed;
            }
        }
        Map<String, Object> values = new TreeMap<>();
        for (ConfigDef.ConfigKey key : ConsumerConfig.configDef().configKeys().values()) {
            Object value = plain(read.values().get(key.name));
            if (given.containsKey(key.name) && !given.get(key.name).equals(value)) {
                values.put(key.name, value);
            }
        }
        Map<String, Object> told = new TreeMap<>();
        told.put("values", values);
        if (given.containsKey("sasl.jaas.config")) {
            told.put("options", options(config));
        }
        return told;
    }

    /** What the login module in the JAAS line is given. */
    private static Object options(AdminClientConfig config) {
        var entries = JaasContext.loadClientContext(config.values()).configurationEntries();
        return new TreeMap<>(entries.get(0).getOptions());
    }

    /** Names are resolved where the client runs, which is not here. */
    private static boolean isUnresolved(Throwable failed) {
        for (Throwable one = failed; one != null; one = one.getCause()) {
            if (String.valueOf(one.getMessage()).contains("No resolvable bootstrap urls")) {
                return true;
            }
        }
        return false;
    }

    private static Object plain(Object value) {
        if (value instanceof Password secret) {
            return secret.value();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return value instanceof Class<?> type ? type.getName() : String.valueOf(value);
    }

    private static HttpServer sellTokens() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", TOKENS), 0);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        long now = System.currentTimeMillis() / 1000;
        String claims = "{\"sub\":\"me\",\"iat\":" + now + ",\"exp\":" + (now + 3600) + "}";
        String token = base64.encodeToString("{\"alg\":\"none\"}".getBytes())
            + "." + base64.encodeToString(claims.getBytes()) + "." + base64.encodeToString("x".getBytes());
        server.createContext("/token", exchange -> {
            byte[] body = ("{\"access_token\":\"" + token + "\"}").getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }
}
