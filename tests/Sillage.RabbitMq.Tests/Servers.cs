using Sillage.RabbitMq.Tests;
using Sillage.Specifications;

[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(RabbitMqServer))]
