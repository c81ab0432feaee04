// How much of what Spark reads from HDFS comes from the reading host's own disk, by the counters of the HDFS client.
// For spark-shell. Files at replication 1, one on each host that runs an executor, are read three times, one task a block:
// as Spark reads (tasks prefer the hosts of their block), with that preference left out, and with short-circuit reads off.
// The last two show that the counters can say no. Then one job in a second queue. Prints one line of JSON.

import java.net.InetSocketAddress
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path}
import org.apache.hadoop.fs.permission.FsPermission
import org.apache.hadoop.hdfs.DistributedFileSystem
import org.apache.hadoop.hdfs.client.HdfsDataInputStream
import org.apache.spark.sql.SparkSession

case class Block(file: String, offset: Long, length: Long, hosts: Seq[String])
case class Bytes(total: Long, local: Long, shortCircuit: Long) {
  def +(other: Bytes): Bytes = Bytes(total + other.total, local + other.local, shortCircuit + other.shortCircuit)
}

object Probe extends Serializable {
  private val blockBytes = 1 << 20

  /** Write a file with one replica onto one DataNode; returns where HDFS says that its blocks are. */
  def write(directory: Path, host: String, blocks: Int): Seq[Block] = {
    val configuration = new Configuration()
    val fs = FileSystem.get(configuration).asInstanceOf[DistributedFileSystem]
    val port = configuration.get("dfs.datanode.address").split(":").last.toInt
    val file = new Path(directory, host)
    val favoured = Array(new InetSocketAddress(host, port))
    val out = fs.create(file, FsPermission.getFileDefault, true, 1 << 16, 1.toShort, blockBytes.toLong, null, favoured)
    val content = new Array[Byte](blockBytes)
    (0 until blocks).foreach { _ =>
      scala.util.Random.nextBytes(content)
      out.write(content)
    }
    out.close()
    val status = fs.getFileStatus(file)
    val found = fs.getFileBlockLocations(status, 0, status.getLen).toSeq
    found.map(block => Block(file.toString, block.getOffset, block.getLength, block.getHosts.toSeq))
  }

  def delete(directory: Path): Unit = FileSystem.get(new Configuration()).delete(directory, true)

  /** Read one block and ask this stream of the HDFS client where the bytes came from. */
  def read(block: Block, shortCircuit: Boolean): Bytes = {
    val configuration = new Configuration()
    configuration.setBoolean("dfs.client.read.shortcircuit", shortCircuit)
    val fs = FileSystem.newInstance(configuration)
    val in = fs.open(new Path(block.file)).asInstanceOf[HdfsDataInputStream]
    try {
      in.seek(block.offset)
      in.readFully(new Array[Byte](block.length.toInt))
      val counted = in.getReadStatistics
      Bytes(counted.getTotalBytesRead, counted.getTotalLocalBytesRead, counted.getTotalShortCircuitBytesRead)
    } finally {
      in.close()
      fs.close()
    }
  }

  def run(spark: SparkSession, blocks: Seq[Block], preferred: Boolean, shortCircuit: Boolean): Bytes = {
    val tasks =
      if (preferred) spark.sparkContext.makeRDD(blocks.map(block => (block, block.hosts)))
      else spark.sparkContext.parallelize(blocks, blocks.size)
    tasks.map(block => read(block, shortCircuit)).reduce(_ + _)
  }
}

def json(name: String, bytes: Bytes): String =
  s""""$name": {"total": ${bytes.total}, "local": ${bytes.local}, "short_circuit": ${bytes.shortCircuit}}"""

val conf = spark.sparkContext.getConf
val driver = conf.get("spark.driver.host")
def executorHosts: Seq[String] =
  spark.sparkContext.getExecutorMemoryStatus.keys.map(_.split(":").head).filter(_ != driver).toSeq.distinct

// One executor fits on a host, so as many hosts as executors are to come; fewer after this time means that YARN is busy.
val deadline = System.nanoTime + 120L * 1000 * 1000 * 1000
while (executorHosts.size < conf.get("spark.executor.instances").toInt && System.nanoTime < deadline) Thread.sleep(200)
val executors = executorHosts
val directory = new Path(s"/tmp/locality-probe-${java.util.UUID.randomUUID}")
val (blocks, results) = try {
  val blocks = executors.flatMap(host => Probe.write(directory, host, conf.get("spark.gridlake.probe.blocks").toInt))
  val mixed = scala.util.Random.shuffle(blocks)
  // First the run without preference: it also starts the HDFS clients, so that no task waits for that later.
  val without = Probe.run(spark, mixed, preferred = false, shortCircuit = true)
  (blocks, Seq(
    json("without_preference", without),
    json("as_spark_reads", Probe.run(spark, mixed, preferred = true, shortCircuit = true)),
    json("without_short_circuit", Probe.run(spark, mixed, preferred = true, shortCircuit = false))))
} finally Probe.delete(directory)
val storing = blocks.flatMap(_.hosts).distinct.size
spark.stop()

val queue = conf.get("spark.gridlake.probe.second.queue")
val second = SparkSession.builder.config(conf.set("spark.yarn.queue", queue).set("spark.executor.instances", "1")).getOrCreate()
val sum = second.range(1000).selectExpr("sum(id)").head.getLong(0)
second.stop()
val facts = Seq(s""""reading_hosts": ${executors.size}""", s""""storing_hosts": $storing""", s""""second_queue_sum": $sum""")
println("PROBE {" + (results ++ facts).mkString(", ") + "}")
System.exit(0)
