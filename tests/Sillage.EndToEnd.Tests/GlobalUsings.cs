global using Sillage.Specifications;
global using Xunit;
