using Sillage.RabbitMq.Tests;
using Sillage.Specifications;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(RabbitMqServer))]
