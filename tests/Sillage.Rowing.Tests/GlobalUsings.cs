global using Sillage.Specifications.Hosting;
