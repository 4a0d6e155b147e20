# shellcheck shell=bash
# Sourced after shell.sh and suite.sh: an Apache Kafka of one node, made from the artifacts that
# dev/kafka/pom.xml names. Nothing of it is in the repository; Maven's own cache keeps it.

# kafka_missing: says why there can be no Kafka here, and succeeds; or fails where there can be.
kafka_missing() {
    local program
    for program in mvn java; do
        command -v "$program" >/dev/null || { echo "no $program"; return; }
    done
    kafka_fetch >"$SUITE_WORK/maven.log" 2>&1 || { echo "Maven Central is not reachable"; return; }
    return 1
}

kafka_fetch() {
    KAFKA_LIBS=$ROOT/build/kafka/libs
    [[ -e $KAFKA_LIBS/.complete ]] && return
    timeout 300 mvn -q -B -f "$ROOT/dev/kafka/pom.xml" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$KAFKA_LIBS" && touch "$KAFKA_LIBS/.complete"
}

# with_kafka: runs one on free ports for the rest of the suite. Exports VARVE_TEST_BROKERS.
with_kafka() {
    local dir=$SUITE_WORK/kafka client controller id
    client=$(free_port) controller=$(free_port)
    mkdir -p "$dir"
    sed -e "s|@CLIENT@|$client|; s|@CONTROLLER@|$controller|; s|@DIR@|$dir/log|" \
        "$ROOT/dev/kafka/server.properties" >"$dir/server.properties"
    kafka_java kafka.tools.StorageTool random-uuid >"$dir/id" 2>"$dir/format.log"
    id=$(tail -1 "$dir/id")
    kafka_java kafka.tools.StorageTool format -g -t "$id" -c "$dir/server.properties" >>"$dir/format.log" 2>&1
    # Not by a function, which would be a process of its own around it.
    "${KAFKA_JAVA[@]}" -cp "$KAFKA_LIBS/*" kafka.Kafka "$dir/server.properties" >"$dir/kafka.log" 2>&1 &
    KAFKA_PID=$!
    local stop_server
    stop_server=$(declare -f at_exit)
    eval "${stop_server/at_exit/stop_server}"
    at_exit() {
        kill -KILL "$KAFKA_PID" 2>/dev/null || true
        wait "$KAFKA_PID" 2>/dev/null || true
        stop_server
    }
    for ((i = 0; i < 600; i++)); do
        grep -q 'Kafka Server started' "$dir/kafka.log" && break
        kill -0 "$KAFKA_PID" 2>/dev/null || break
        sleep 0.1
    done
    grep -q 'Kafka Server started' "$dir/kafka.log" ||
        { tail -20 "$dir/format.log" "$dir/kafka.log"; count failed 1; finish_suite 1; }
    export VARVE_TEST_BROKERS=127.0.0.1:$client
}

KAFKA_JAVA=(java -Xms128m -Xmx384m -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=info)
kafka_java() { "${KAFKA_JAVA[@]}" -cp "$KAFKA_LIBS/*" "$@"; }
